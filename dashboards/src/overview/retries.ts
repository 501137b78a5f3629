import { mode, operation, retryDecision } from '../../../packages/otel/src/signals/attributes.ts';
import { retryDecisions, retryWastedDuration } from '../../../packages/otel/src/signals/metrics.ts';
import { AMPLIFICATION_THRESHOLDS, amplification, savedCalls, TRIED_AGAIN } from '../measures/attempts.ts';
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
    {
      type: 'timeseries',
      title: 'Amplification',
      description:
        'Attempts for each call that reached the upstream: 1 without retries and hedges. Under load the retry budget keeps it near 1.2; well above that, look for an operation without a budget, or for a client library that retries on its own.',
      unit: 'short',
      decimals: 2,
      width: 6,
      thresholds: AMPLIFICATION_THRESHOLDS,
      noValue: 'No attempts',
      runbooks: ['retry-storm'],
      traces: [TRIED_AGAIN],
      queries: [{ expression: amplification({ by: [operation] }), legend: legend(operation) }],
    },
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
    {
      type: 'timeseries',
      title: 'Time lost in failed attempts',
      description:
        'Seconds per second that calls spend in attempts that fail. 1 means that one call at any time is waiting for nothing: a shorter attempt timeout or the circuit breaker gives it back.',
      unit: 's',
      width: 6,
      stacked: true,
      noValue: 'No failed attempts',
      traces: [TRIED_AGAIN],
      queries: [{ expression: rate(retryWastedDuration, 'value', { by: [operation] }), legend: legend(operation) }],
    },
  ],
};
