import { operation, outcome } from '../../../packages/otel/src/signals/attributes.ts';
import { callActive, callDuration } from '../../../packages/otel/src/signals/metrics.ts';
import { FAILED, SUCCEEDED, SUCCESS_THRESHOLDS, successRatio } from '../measures/success.ts';
import type { Row } from '../model.ts';
import { gauge, quantile, rate } from '../promql.ts';
import { legend } from '../selector.ts';
import { span } from '../traceql.ts';
import { operations } from './operations.ts';

const NO_CALLS = 'No calls';

export const calls: Row = {
  title: 'Calls: what the application asks for and gets',
  height: 8,
  details: 'retries',
  panels: [
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
      traces: [span(FAILED)],
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
      thresholds: SUCCESS_THRESHOLDS,
      noValue: NO_CALLS,
      runbooks: ['call-success-burn'],
      traces: [span(FAILED)],
      queries: [{ expression: successRatio({ by: [operation] }), legend: legend(operation) }],
    },
    operations,
    {
      type: 'timeseries',
      title: 'Calls by operation',
      description: 'Calls per second of each operation, whatever became of them.',
      unit: 'reqps',
      width: 8,
      stacked: true,
      noValue: NO_CALLS,
      traces: [],
      queries: [{ expression: rate(callDuration, 'count', { by: [operation] }), legend: legend(operation) }],
    },
    {
      type: 'timeseries',
      title: 'Calls under way',
      description:
        'Calls that have started and not ended, those that wait included. Steady growth means that calls come in faster than they end.',
      unit: 'short',
      width: 8,
      noValue: NO_CALLS,
      details: 'limits',
      queries: [{ expression: gauge(callActive, { by: [operation] }), legend: legend(operation) }],
    },
    {
      type: 'timeseries',
      title: 'Latency by operation (p95)',
      description: '95 % of the successful calls of each operation take no longer, waits and retries included.',
      unit: 's',
      width: 8,
      noValue: 'No successful calls',
      traces: [span(SUCCEEDED)],
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
