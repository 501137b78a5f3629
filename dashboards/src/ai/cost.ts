import { attemptKind, errorType, operation, outcome } from '../../../packages/otel/src/signals/attributes.ts';
import { attemptDuration } from '../../../packages/otel/src/signals/metrics.ts';
import { amplificationPanel, savedAndWastedPanel, timeLostPanel } from '../measures/attempt-panels.ts';
import { TRIED_AGAIN } from '../measures/attempts.ts';
import type { Row } from '../model.ts';
import { rate } from '../promql.ts';
import { is, legend } from '../selector.ts';

export const cost: Row = {
  title: 'What retries cost',
  height: 8,
  details: 'retries',
  panels: [
    amplificationPanel({
      title: 'Requests for each call',
      description:
        'Requests that the provider sees, and may bill, for each call that reached it: 1 without retries and hedges. What the failed ones took in tokens no provider tells.',
      width: 6,
      noValue: 'No calls',
    }),
    savedAndWastedPanel({
      description: 'Calls per second that only a retry saved, and retries that failed as well.',
      width: 6,
    }),
    timeLostPanel({
      description: 'Seconds per second that calls wait for attempts that then fail: what a person waits for nothing.',
      width: 6,
    }),
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
