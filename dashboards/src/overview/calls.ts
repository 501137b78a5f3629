import { operation, outcome } from '../../../packages/otel/src/signals/attributes.ts';
import { callActive, callDuration } from '../../../packages/otel/src/signals/metrics.ts';
import type { Row, Threshold } from '../model.ts';
import { gauge, increase, rate, share, WHOLE_RANGE } from '../promql.ts';
import { is, isNot, legend } from '../selector.ts';

const NO_CALLS = 'No calls';

/** Not failures: we refused a call on purpose, or the caller changed its mind. Both are shown on their own. */
const JUDGED = isNot(outcome, 'throttled', 'cancelled');
const SUCCEEDED = is(outcome, 'success');

/** The usual first objective for calls to somebody else's service, and the point where nobody needs a dashboard to know. */
const OBJECTIVE: readonly Threshold[] = [
  { color: 'red' },
  { color: 'orange', from: 0.99 },
  { color: 'green', from: 0.999 },
];

export const calls: Row = {
  title: 'Overview: what the application gets',
  height: 7,
  panels: [
    {
      type: 'stat',
      title: 'Success ratio',
      description:
        'Share of calls that succeeded in the end, retries included, over the whole time range. Throttled and cancelled calls are left aside: they are not failures. Below the objective, look at "Calls by outcome", then at the rows below for the reason.',
      unit: 'percentunit',
      decimals: 2,
      width: 4,
      thresholds: OBJECTIVE,
      noValue: NO_CALLS,
      queries: [
        {
          expression: share(
            increase(callDuration, 'count', { where: [SUCCEEDED], over: WHOLE_RANGE }),
            increase(callDuration, 'count', { where: [JUDGED], over: WHOLE_RANGE }),
          ),
          legend: 'success ratio',
          instant: true,
        },
      ],
    },
    {
      type: 'stat',
      title: 'Calls',
      description: 'Calls per second that the application makes, whatever becomes of them.',
      unit: 'reqps',
      width: 4,
      noValue: NO_CALLS,
      queries: [{ expression: rate(callDuration, 'count'), legend: 'calls' }],
    },
    {
      type: 'stat',
      title: 'Calls under way',
      description:
        'Calls that have started and not ended, those that wait included. Steady growth means that calls come in faster than they end.',
      unit: 'short',
      width: 4,
      noValue: NO_CALLS,
      queries: [{ expression: gauge(callActive), legend: 'under way' }],
    },
    {
      type: 'timeseries',
      title: 'Calls by outcome',
      description:
        'How calls ended, as the application sees it. `throttled`: a rate limit of our own refused. `rejected`: the bulkhead or the circuit breaker refused. `error` and `timeout`: the upstream failed and nothing was left to try.',
      unit: 'reqps',
      width: 12,
      stacked: true,
      noValue: NO_CALLS,
      colors: {
        success: 'green',
        error: 'red',
        timeout: 'orange',
        rejected: 'purple',
        throttled: 'blue',
        cancelled: 'text',
      },
      queries: [{ expression: rate(callDuration, 'count', { by: [outcome] }), legend: legend(outcome) }],
    },
    {
      type: 'timeseries',
      title: 'Success ratio by operation',
      description:
        'Share of calls that succeeded in the end, throttled and cancelled ones aside. Shows which operation is to blame.',
      unit: 'percentunit',
      width: 12,
      max: 1,
      thresholds: OBJECTIVE,
      noValue: NO_CALLS,
      queries: [
        {
          expression: share(
            rate(callDuration, 'count', { where: [SUCCEEDED], by: [operation] }),
            rate(callDuration, 'count', { where: [JUDGED], by: [operation] }),
          ),
          legend: legend(operation),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Calls by operation',
      description: 'Calls per second of each operation, whatever became of them.',
      unit: 'reqps',
      width: 12,
      stacked: true,
      noValue: NO_CALLS,
      queries: [{ expression: rate(callDuration, 'count', { by: [operation] }), legend: legend(operation) }],
    },
  ],
};
