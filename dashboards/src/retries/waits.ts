import { delaySource, operation, phase } from '../../../packages/otel/src/signals/attributes.ts';
import { callDuration, callPhaseDuration, retryDelay } from '../../../packages/otel/src/signals/metrics.ts';
import { TRIED_AGAIN } from '../measures/attempts.ts';
import type { Row } from '../model.ts';
import { mean, quantile, rate, ratio } from '../promql.ts';
import { is, legend } from '../selector.ts';

export const waits: Row = {
  title: 'Waits before retries: who chose them?',
  height: 8,
  panels: [
    {
      type: 'timeseries',
      title: 'Wait by source (p95)',
      description:
        'How long calls wait before they try again, and who chose it. `backoff`: our policy. `retry_after`: the server, whose word is never shortened.',
      unit: 's',
      width: 6,
      noValue: 'No retries',
      traces: [TRIED_AGAIN],
      queries: [
        {
          expression: quantile(0.95, retryDelay, { by: [delaySource] }),
          legend: legend(delaySource),
          exemplars: true,
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Mean wait by operation',
      description: 'Mean wait before a retry of each operation, whoever chose it.',
      unit: 's',
      width: 6,
      noValue: 'No retries',
      traces: [TRIED_AGAIN],
      queries: [{ expression: mean(retryDelay, { by: [operation] }), legend: legend(operation) }],
    },
    {
      type: 'timeseries',
      title: 'Waits by source',
      description:
        'How many waits per second our policy chose, and how many the server. Many of the server: ask it for less with a rate limit.',
      unit: 'ops',
      width: 6,
      stacked: true,
      noValue: 'No retries',
      details: 'limits',
      traces: [TRIED_AGAIN],
      queries: [{ expression: rate(retryDelay, 'count', { by: [delaySource] }), legend: legend(delaySource) }],
    },
    {
      type: 'timeseries',
      title: 'Backoff per call',
      description:
        'Mean time that a call of each operation spends waiting between attempts, calls without a retry included.',
      unit: 's',
      width: 6,
      noValue: 'No retries',
      traces: [TRIED_AGAIN],
      queries: [
        {
          expression: ratio(
            rate(callPhaseDuration, 'sum', { where: [is(phase, 'backoff')], by: [operation] }),
            rate(callDuration, 'count', { by: [operation] }),
          ),
          legend: legend(operation),
        },
      ],
    },
  ],
};
