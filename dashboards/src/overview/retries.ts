import {
  attemptKind,
  delaySource,
  mode,
  operation,
  retryDecision,
} from '../../../packages/otel/src/signals/attributes.ts';
import {
  attemptDuration,
  retryDecisions,
  retryDelay,
  retryWastedDuration,
} from '../../../packages/otel/src/signals/metrics.ts';
import type { Row } from '../model.ts';
import { mean, rate, ratio } from '../promql.ts';
import { is, legend } from '../selector.ts';

export const retries: Row = {
  title: 'Retries',
  height: 8,
  panels: [
    {
      type: 'timeseries',
      title: 'Retry decisions',
      description:
        'What happened after failed attempts, per second. `retried`: another attempt follows. `exhausted`: the policy allows no more. `budget_empty`: too many calls retry already, so the failure is passed on instead of adding load. `not_retryable`: trying again cannot help or is not safe. `(shadow)`: only recorded, nothing was tried again.',
      unit: 'ops',
      width: 12,
      stacked: true,
      noValue: 'No failed attempts',
      colors: {
        'retried (enforce)': 'blue',
        'exhausted (enforce)': 'red',
        'budget_empty (enforce)': 'orange',
        'circuit_open (enforce)': 'purple',
      },
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
      width: 12,
      thresholds: [{ color: 'green' }, { color: 'orange', from: 1.5 }, { color: 'red', from: 2 }],
      noValue: 'No attempts',
      queries: [
        {
          expression: ratio(
            rate(attemptDuration, 'count', { by: [operation] }),
            rate(attemptDuration, 'count', { where: [is(attemptKind, 'initial')], by: [operation] }),
          ),
          legend: legend(operation),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Mean wait before a retry',
      description:
        'How long calls wait before they try again, and who chose it: our backoff, or the server with Retry-After.',
      unit: 's',
      width: 12,
      noValue: 'No retries',
      queries: [{ expression: mean(retryDelay, { by: [delaySource] }), legend: legend(delaySource) }],
    },
    {
      type: 'timeseries',
      title: 'Time lost in failed attempts',
      description:
        'Seconds per second that calls spend in attempts that fail. 1 means that one call at any time is waiting for nothing: a shorter attempt timeout or the circuit breaker gives it back.',
      unit: 's',
      width: 12,
      stacked: true,
      noValue: 'No failed attempts',
      queries: [{ expression: rate(retryWastedDuration, 'value', { by: [operation] }), legend: legend(operation) }],
    },
  ],
};
