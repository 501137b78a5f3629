import { rateLimitEvictions, rateLimitKeys, rateLimitOverflows } from '../../../packages/otel/src/signals/metrics.ts';
import type { Row } from '../model.ts';
import { gauge, rate } from '../promql.ts';

export const keys: Row = {
  title: 'Keys: for whom limits are kept',
  height: 7,
  panels: [
    {
      type: 'timeseries',
      title: 'Keys remembered',
      description:
        'Users, tenants or organisations whose tokens are remembered, of all limits and processes together. Each process keeps `max_keys` at most.',
      unit: 'short',
      width: 8,
      noValue: 'No rate limits',
      runbooks: ['throttling'],
      queries: [{ expression: gauge(rateLimitKeys), legend: 'keys' }],
    },
    {
      type: 'timeseries',
      title: 'Evictions',
      description:
        'Keys per second whose bucket was full again and gave its place to another key. Nothing is lost by it.',
      unit: 'cps',
      width: 8,
      noValue: 'No rate limits',
      runbooks: ['throttling'],
      queries: [{ expression: rate(rateLimitEvictions, 'value'), legend: 'evicted' }],
    },
    {
      type: 'timeseries',
      title: 'Overflows',
      description:
        'Decisions per second on new keys that had to share a bucket, since every other was in use. Above zero `max_keys` is too small, or somebody makes up keys.',
      unit: 'ops',
      width: 8,
      thresholds: [{ color: 'green' }, { color: 'red', from: 0.01 }],
      noValue: 'No rate limits',
      runbooks: ['throttling'],
      queries: [{ expression: rate(rateLimitOverflows, 'value'), legend: 'shared a bucket' }],
    },
  ],
};
