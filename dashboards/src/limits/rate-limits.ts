import { mode, operation, rateLimitName, rateLimitResult } from '../../../packages/otel/src/signals/attributes.ts';
import {
  rateLimitLimit,
  rateLimitRequests,
  rateLimitWaitDuration,
} from '../../../packages/otel/src/signals/metrics.ts';
import type { Row } from '../model.ts';
import { highest, quantile, rate, share } from '../promql.ts';
import { is, legend } from '../selector.ts';
import { span } from '../traceql.ts';

const ENFORCED = is(mode, 'enforce');
const THROTTLED = is(rateLimitResult, 'throttled');
const REFUSED = [span(THROTTLED)];
const NONE = 'No rate limits';

export const rateLimits: Row = {
  title: 'Rate limits',
  height: 8,
  panels: [
    {
      type: 'timeseries',
      title: 'Decisions of each limit',
      description:
        'Requests per second that each limit admitted, at once or after a wait, and refused. `cancelled`: the caller gave up while it waited.',
      unit: 'reqps',
      width: 12,
      stacked: true,
      noValue: NONE,
      traces: REFUSED,
      queries: [
        {
          expression: rate(rateLimitRequests, 'value', { where: [ENFORCED], by: [rateLimitName, rateLimitResult] }),
          legend: legend(rateLimitName, rateLimitResult),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Throttled share of each limit',
      description:
        'Share of the requests to each limit that it refused. A burst is what a limit is for; minutes of it mean that the limit is too tight, a caller too eager, or one key takes it all.',
      unit: 'percentunit',
      width: 12,
      max: 1,
      thresholds: [{ color: 'green' }, { color: 'orange', from: 0.05 }, { color: 'red', from: 0.5 }],
      noValue: NONE,
      runbooks: ['throttling'],
      traces: REFUSED,
      queries: [
        {
          expression: share(
            rate(rateLimitRequests, 'value', { where: [ENFORCED, THROTTLED], by: [rateLimitName] }),
            rate(rateLimitRequests, 'value', { where: [ENFORCED], by: [rateLimitName] }),
          ),
          legend: legend(rateLimitName),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Wait for tokens',
      description:
        'How long requests to each limit wait until it decides: half of them no longer than p50, 95 % no longer than p95. Grows before anything is refused, where `max_wait` allows waiting.',
      unit: 's',
      width: 12,
      noValue: NONE,
      runbooks: ['throttling'],
      traces: [],
      queries: [0.5, 0.95].map((q) => ({
        expression: quantile(q, rateLimitWaitDuration, { by: [rateLimitName] }),
        legend: `${legend(rateLimitName)} p${q * 100}`,
        exemplars: true,
      })),
    },
    {
      type: 'timeseries',
      title: 'Throttled by operation',
      description: 'Requests per second of each operation that one of its limits refused.',
      unit: 'reqps',
      width: 6,
      stacked: true,
      noValue: NONE,
      runbooks: ['throttling'],
      traces: REFUSED,
      queries: [
        {
          expression: rate(rateLimitRequests, 'value', { where: [ENFORCED, THROTTLED], by: [operation] }),
          legend: legend(operation),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Configured capacity',
      description:
        'Tokens that the bucket of one key holds at most, as configured. A step is a reload; processes with different files show the highest.',
      unit: 'short',
      width: 6,
      noValue: NONE,
      runbooks: ['throttling'],
      queries: [{ expression: highest(rateLimitLimit, { by: [rateLimitName] }), legend: legend(rateLimitName) }],
    },
  ],
};
