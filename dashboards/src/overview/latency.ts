import { operation, outcome, phase } from '../../../packages/otel/src/signals/attributes.ts';
import type { HistogramDefinition } from '../../../packages/otel/src/signals/definitions.ts';
import { attemptDuration, callDuration, callPhaseDuration } from '../../../packages/otel/src/signals/metrics.ts';
import type { Query, Row } from '../model.ts';
import { perTotal, quantile, rate } from '../promql.ts';
import { is, legend } from '../selector.ts';

const SUCCEEDED = is(outcome, 'success');

export const latency: Row = {
  title: 'Latency',
  height: 8,
  panels: [
    {
      type: 'timeseries',
      title: 'Calls',
      description:
        'Duration of successful calls as the application sees them: waits, every attempt and backoff. Dots are exemplars: single calls, each with a link to its trace.',
      unit: 's',
      width: 8,
      noValue: 'No successful calls',
      queries: percentiles(callDuration),
    },
    {
      type: 'timeseries',
      title: 'Attempts',
      description:
        'The upstream\'s own latency: duration of successful attempts. Where calls are slow and attempts are not, time goes into waits and retries: see "Where the time goes".',
      unit: 's',
      width: 8,
      noValue: 'No successful attempts',
      queries: percentiles(attemptDuration),
    },
    {
      type: 'timeseries',
      title: 'Where the time goes',
      description:
        'Mean time that a call spends waiting for the rate limit, waiting for a slot of the bulkhead, inside attempts, and between attempts.',
      unit: 's',
      width: 8,
      stacked: true,
      noValue: 'No calls',
      colors: { attempt: 'green', backoff: 'orange', limiter: 'blue', queue: 'purple' },
      queries: [
        {
          expression: perTotal(rate(callPhaseDuration, 'sum', { by: [phase] }), rate(callDuration, 'count')),
          legend: legend(phase),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Calls by operation (p95)',
      description: '95 % of the successful calls of each operation take no longer.',
      unit: 's',
      width: 24,
      noValue: 'No successful calls',
      queries: [
        {
          expression: quantile(0.95, callDuration, { where: [SUCCEEDED], by: [operation] }),
          legend: legend(operation),
          exemplars: true,
        },
      ],
    },
  ],
};

function percentiles(metric: HistogramDefinition): Query[] {
  return [50, 95, 99].map((percent) => ({
    expression: quantile(percent / 100, metric, { where: [SUCCEEDED] }),
    legend: `p${percent}`,
    exemplars: true,
  }));
}
