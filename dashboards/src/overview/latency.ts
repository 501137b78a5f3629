import { phase } from '../../../packages/otel/src/signals/attributes.ts';
import { attemptDuration, callDuration, callPhaseDuration } from '../../../packages/otel/src/signals/metrics.ts';
import { percentiles } from '../measures/latency.ts';
import { SUCCEEDED } from '../measures/success.ts';
import type { Row } from '../model.ts';
import { perTotal, rate } from '../promql.ts';
import { legend } from '../selector.ts';
import { span } from '../traceql.ts';

export const latency: Row = {
  title: 'Latency: where the time goes',
  height: 8,
  details: 'retries',
  panels: [
    {
      type: 'timeseries',
      title: 'Calls',
      description:
        'Duration of successful calls as the application sees them: waits, every attempt and backoff. Dots are exemplars: single calls, each with a link to its trace.',
      unit: 's',
      width: 8,
      noValue: 'No successful calls',
      traces: [span(SUCCEEDED)],
      queries: percentiles(callDuration, { where: [SUCCEEDED] }),
    },
    {
      type: 'timeseries',
      title: 'Attempts',
      description:
        'The upstream\'s own latency: duration of successful attempts. Where calls are slow and attempts are not, time goes into waits and retries: see "Where the time goes".',
      unit: 's',
      width: 8,
      noValue: 'No successful attempts',
      traces: [span(SUCCEEDED)],
      queries: percentiles(attemptDuration, { where: [SUCCEEDED] }),
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
      details: 'limits',
      colors: { attempt: 'green', backoff: 'orange', limiter: 'blue', queue: 'purple' },
      traces: [],
      queries: [
        {
          expression: perTotal(rate(callPhaseDuration, 'sum', { by: [phase] }), rate(callDuration, 'count')),
          legend: legend(phase),
        },
      ],
    },
  ],
};
