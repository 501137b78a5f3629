import { mode, operation, rateLimitName, rateLimitResult } from '../../../packages/otel/src/signals/attributes.ts';
import {
  breakerRejections,
  bulkheadRejections,
  rateLimitRequests,
  rateLimitWaitDuration,
} from '../../../packages/otel/src/signals/metrics.ts';
import { BULKHEAD_THRESHOLDS, bulkheadUse } from '../measures/bulkheads.ts';
import { REFUSED } from '../measures/success.ts';
import type { Row } from '../model.ts';
import { quantile, rate } from '../promql.ts';
import { is, legend } from '../selector.ts';
import { span } from '../traceql.ts';

const THROTTLED = is(rateLimitResult, 'throttled');

export const throttles: Row = {
  title: 'Throttles and rejections: calls that we refuse',
  height: 8,
  details: 'limits',
  panels: [
    {
      type: 'timeseries',
      title: 'Throttled',
      description:
        'Requests per second that our own rate limits refused. `shadow`: only recorded, the call went on; what enforcing the limit would refuse. Sustained throttling means that the limit or the demand is wrong; a burst is what the limit is for.',
      unit: 'reqps',
      width: 6,
      noValue: 'No rate limits',
      runbooks: ['throttling'],
      traces: [span(THROTTLED)],
      queries: [
        {
          expression: rate(rateLimitRequests, 'value', { where: [THROTTLED], by: [rateLimitName, mode] }),
          legend: legend(rateLimitName, mode),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Wait for a rate limit (p95)',
      description: 'How long calls queue for tokens: 95 % wait no longer. Grows before calls are throttled.',
      unit: 's',
      width: 6,
      noValue: 'No rate limits',
      runbooks: ['throttling'],
      traces: [],
      queries: [
        {
          expression: quantile(0.95, rateLimitWaitDuration, { by: [rateLimitName] }),
          legend: legend(rateLimitName),
          exemplars: true,
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Rejected',
      description:
        'Calls per second that were refused before an attempt. By the breaker: the upstream is failing and is left alone. By the bulkhead: too many calls are under way at once.',
      unit: 'reqps',
      width: 6,
      noValue: 'Neither bulkheads nor breakers',
      runbooks: ['bulkhead-rejecting', 'breaker-open'],
      traces: [span(REFUSED)],
      queries: [
        {
          expression: rate(breakerRejections, 'value', { by: [operation, mode] }),
          legend: `breaker: ${legend(operation, mode)}`,
        },
        {
          expression: rate(bulkheadRejections, 'value', { by: [operation, mode] }),
          legend: `bulkhead: ${legend(operation, mode)}`,
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Bulkhead in use',
      description:
        'Share of the slots that are taken, of all processes together. At 100 % calls queue, then are rejected.',
      unit: 'percentunit',
      width: 6,
      max: 1,
      thresholds: BULKHEAD_THRESHOLDS,
      noValue: 'No bulkheads',
      runbooks: ['bulkhead-saturated'],
      queries: [{ expression: bulkheadUse(), legend: legend(operation) }],
    },
  ],
};
