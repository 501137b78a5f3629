import {
  hedgeDecision,
  mode,
  operation,
  rateLimitName,
  rateLimitResult,
  retryDecision,
  timeoutScope,
} from '../../../packages/otel/src/signals/attributes.ts';
import {
  breakerRejections,
  bulkheadRejections,
  hedgeDecisions,
  rateLimitRequests,
  retryDecisions,
  timeoutExceeded,
} from '../../../packages/otel/src/signals/metrics.ts';
import type { Row } from '../model.ts';
import { rate, share } from '../promql.ts';
import { is, legend } from '../selector.ts';

const SHADOW = is(mode, 'shadow');

export const shadow: Row = {
  title: 'Shadow mode: what would happen',
  height: 7,
  panels: [
    {
      type: 'timeseries',
      title: 'Would be throttled',
      description:
        'Share of the requests to each limit in shadow mode that it would have refused. Near zero at the busiest hour, it can be enforced.',
      unit: 'percentunit',
      width: 8,
      max: 1,
      thresholds: [{ color: 'green' }, { color: 'orange', from: 0.01 }, { color: 'red', from: 0.1 }],
      noValue: 'No limit is in shadow mode',
      traces: [],
      queries: [
        {
          expression: share(
            rate(rateLimitRequests, 'value', {
              where: [SHADOW, is(rateLimitResult, 'throttled')],
              by: [rateLimitName],
            }),
            rate(rateLimitRequests, 'value', { where: [SHADOW], by: [rateLimitName] }),
          ),
          legend: legend(rateLimitName),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Would be rejected',
      description: 'Calls per second that a bulkhead or a breaker in shadow mode would have refused.',
      unit: 'reqps',
      width: 8,
      noValue: 'Neither is in shadow mode',
      traces: [],
      queries: [
        {
          expression: rate(bulkheadRejections, 'value', { where: [SHADOW], by: [operation] }),
          legend: `bulkhead: ${legend(operation)}`,
        },
        {
          expression: rate(breakerRejections, 'value', { where: [SHADOW], by: [operation] }),
          legend: `breaker: ${legend(operation)}`,
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Would be cut off, retried or hedged',
      description:
        'Decisions per second of timeouts, retry policies and hedges in shadow mode: load and failures that enforcing them would add or take away.',
      unit: 'ops',
      width: 8,
      noValue: 'None of them is in shadow mode',
      details: 'retries',
      traces: [],
      queries: [
        {
          expression: rate(timeoutExceeded, 'value', { where: [SHADOW], by: [operation, timeoutScope] }),
          legend: `cut off: ${legend(operation, timeoutScope)}`,
        },
        {
          expression: rate(retryDecisions, 'value', { where: [SHADOW, is(retryDecision, 'retried')], by: [operation] }),
          legend: `retried: ${legend(operation)}`,
        },
        {
          expression: rate(hedgeDecisions, 'value', { where: [SHADOW, is(hedgeDecision, 'hedged')], by: [operation] }),
          legend: `hedged: ${legend(operation)}`,
        },
      ],
    },
  ],
};
