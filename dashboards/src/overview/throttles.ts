import { mode, operation, rateLimitName, rateLimitResult } from '../../../packages/otel/src/signals/attributes.ts';
import {
  breakerRejections,
  bulkheadActive,
  bulkheadLimit,
  bulkheadRejections,
  rateLimitRequests,
  rateLimitWaitDuration,
} from '../../../packages/otel/src/signals/metrics.ts';
import type { Row } from '../model.ts';
import { gauge, quantile, rate, ratio, share } from '../promql.ts';
import { is, legend } from '../selector.ts';

const THROTTLED = is(rateLimitResult, 'throttled');

export const throttles: Row = {
  title: 'Throttles and rejections: calls that we refuse',
  height: 8,
  panels: [
    {
      type: 'timeseries',
      title: 'Throttled',
      description:
        'Requests per second that our own rate limits refused. `shadow`: only recorded, the call went on; what enforcing the limit would refuse. Sustained throttling means that the limit or the demand is wrong; a burst is what the limit is for.',
      unit: 'reqps',
      width: 12,
      noValue: 'No rate limits',
      queries: [
        {
          expression: rate(rateLimitRequests, 'value', { where: [THROTTLED], by: [rateLimitName, mode] }),
          legend: legend(rateLimitName, mode),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Throttled share',
      description: 'Share of the requests to each rate limit that it refused, or would have refused in shadow mode.',
      unit: 'percentunit',
      width: 12,
      max: 1,
      thresholds: [{ color: 'green' }, { color: 'orange', from: 0.05 }],
      noValue: 'No rate limits',
      queries: [
        {
          expression: share(
            rate(rateLimitRequests, 'value', { where: [THROTTLED], by: [rateLimitName] }),
            rate(rateLimitRequests, 'value', { by: [rateLimitName] }),
          ),
          legend: legend(rateLimitName),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Wait for a rate limit (p95)',
      description: 'How long calls queue for tokens: 95 % wait no longer. Grows before calls are throttled.',
      unit: 's',
      width: 8,
      noValue: 'No rate limits',
      queries: [
        {
          expression: quantile(0.95, rateLimitWaitDuration, { by: [rateLimitName] }),
          legend: legend(rateLimitName),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Rejected',
      description:
        'Calls per second that were refused before an attempt. By the breaker: the upstream is failing and is left alone. By the bulkhead: too many calls are under way at once.',
      unit: 'reqps',
      width: 8,
      noValue: 'Neither bulkheads nor breakers',
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
      description: 'Share of the slots that are taken. At 100 % calls queue, then are rejected.',
      unit: 'percentunit',
      width: 8,
      max: 1,
      thresholds: [{ color: 'green' }, { color: 'orange', from: 0.8 }, { color: 'red', from: 1 }],
      noValue: 'No bulkheads',
      queries: [
        {
          expression: ratio(gauge(bulkheadActive, { by: [operation] }), gauge(bulkheadLimit, { by: [operation] })),
          legend: legend(operation),
        },
      ],
    },
  ],
};
