import { mode, operation, retryDecision } from '../../../packages/otel/src/signals/attributes.ts';
import { retryDecisions } from '../../../packages/otel/src/signals/metrics.ts';
import { amplificationPanel, timeLostPanel } from '../measures/attempt-panels.ts';
import { savedCalls, TRIED_AGAIN } from '../measures/attempts.ts';
import type { Row } from '../model.ts';
import { rate } from '../promql.ts';
import { legend } from '../selector.ts';

export const retries: Row = {
  title: 'Retries',
  height: 8,
  details: 'retries',
  panels: [
    {
      type: 'timeseries',
      title: 'Retry decisions',
      description:
        'What happened after failed attempts, per second. `retried`: another attempt follows. `exhausted`: the policy allows no more. `budget_empty`: too many calls retry already, so the failure is passed on instead of adding load. `not_retryable`: trying again cannot help or is not safe. `(shadow)`: only recorded, nothing was tried again.',
      unit: 'ops',
      width: 6,
      stacked: true,
      noValue: 'No failed attempts',
      colors: {
        'retried (enforce)': 'blue',
        'exhausted (enforce)': 'red',
        'budget_empty (enforce)': 'orange',
        'circuit_open (enforce)': 'purple',
      },
      runbooks: ['retry-budget-empty'],
      traces: [TRIED_AGAIN],
      queries: [
        // One query for both modes: most services have no shadow policy, and a query without data looks broken.
        {
          expression: rate(retryDecisions, 'value', { by: [retryDecision, mode] }),
          legend: `${legend(retryDecision)} (${legend(mode)})`,
        },
      ],
    },
    amplificationPanel({ width: 6 }),
    {
      type: 'timeseries',
      title: 'Calls saved by retries',
      description: 'Calls per second that succeeded only because they were tried again: what retries are for.',
      unit: 'reqps',
      width: 6,
      stacked: true,
      noValue: 'No calls',
      traces: [TRIED_AGAIN],
      queries: [{ expression: savedCalls({ by: [operation] }), legend: legend(operation) }],
    },
    timeLostPanel({ width: 6 }),
  ],
};
