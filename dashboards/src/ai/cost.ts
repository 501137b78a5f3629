import { attemptKind, errorType, operation, outcome } from '../../../packages/otel/src/signals/attributes.ts';
import { attemptDuration, retryWastedDuration } from '../../../packages/otel/src/signals/metrics.ts';
import {
  AMPLIFICATION_THRESHOLDS,
  amplification,
  savedCalls,
  TRIED_AGAIN,
  wastedRetries,
} from '../measures/attempts.ts';
import type { Row } from '../model.ts';
import { rate } from '../promql.ts';
import { is, legend } from '../selector.ts';

export const cost: Row = {
  title: 'What retries cost',
  height: 8,
  details: 'retries',
  panels: [
    {
      type: 'timeseries',
      title: 'Requests for each call',
      description:
        'Requests that the provider sees, and may bill, for each call that reached it: 1 without retries and hedges. What the failed ones took in tokens no provider tells.',
      unit: 'short',
      decimals: 2,
      width: 6,
      thresholds: AMPLIFICATION_THRESHOLDS,
      noValue: 'No calls',
      runbooks: ['retry-storm'],
      traces: [TRIED_AGAIN],
      queries: [{ expression: amplification({ by: [operation] }), legend: legend(operation) }],
    },
    {
      type: 'timeseries',
      title: 'Retries: saved and wasted',
      description: 'Calls per second that only a retry saved, and retries that failed as well.',
      unit: 'reqps',
      width: 6,
      stacked: true,
      noValue: 'No calls',
      colors: { saved: 'green', wasted: 'orange' },
      runbooks: ['retry-storm'],
      traces: [TRIED_AGAIN],
      queries: [
        { expression: savedCalls(), legend: 'saved' },
        { expression: wastedRetries(), legend: 'wasted' },
      ],
    },
    {
      type: 'timeseries',
      title: 'Time lost in failed attempts',
      description: 'Seconds per second that calls wait for attempts that then fail: what a person waits for nothing.',
      unit: 's',
      width: 6,
      stacked: true,
      noValue: 'No failed attempts',
      traces: [TRIED_AGAIN],
      queries: [{ expression: rate(retryWastedDuration, 'value', { by: [operation] }), legend: legend(operation) }],
    },
    {
      type: 'timeseries',
      title: 'Failed attempts by error',
      description:
        'What the provider answers instead: `429` is its limit, so lower ours; `5xx` and network errors are its trouble; `attempt_timeout` is our patience.',
      unit: 'reqps',
      width: 6,
      stacked: true,
      noValue: 'No failed attempts',
      traces: [TRIED_AGAIN],
      queries: [
        {
          expression: rate(attemptDuration, 'count', {
            where: [is(outcome, 'error', 'timeout'), is(attemptKind, 'initial', 'retry')],
            by: [operation, errorType],
          }),
          legend: legend(operation, errorType),
        },
      ],
    },
  ],
};
