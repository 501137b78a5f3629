import { rateLimitRequests } from '../../../packages/otel/src/signals/metrics.ts';
import type { Row } from '../model.ts';
import { quantile, rate, ratio, share } from '../promql.ts';
import { isNot, legend } from '../selector.ts';
import { store, storeDuration, storeResult } from '../shared-store.ts';

const NONE = 'No limit is shared between processes';
const FAILED = isNot(storeResult, 'ok');

export const sharedStore: Row = {
  title: 'Shared limits: the store that processes agree in',
  height: 7,
  panels: [
    {
      type: 'timeseries',
      title: 'Latency of the store (p95)',
      description:
        'How long the store takes to answer: 95 % of the requests no longer. It stands in front of calls that find no lease, so that it adds to their wait for a limit.',
      unit: 's',
      width: 8,
      thresholds: [{ color: 'green' }, { color: 'orange', from: 0.01 }, { color: 'red', from: 0.05 }],
      noValue: NONE,
      runbooks: ['rate-limit-store-failing'],
      queries: [{ expression: quantile(0.95, storeDuration, { by: [store] }), legend: legend(store) }],
    },
    {
      type: 'timeseries',
      title: 'Failures of the store',
      description:
        'Share of the requests that failed or were not answered in time. Meanwhile `on_store_error` decides: by a local share of the limit, for everybody or for nobody.',
      unit: 'percentunit',
      width: 8,
      max: 1,
      thresholds: [{ color: 'green' }, { color: 'red', from: 0.05 }],
      noValue: NONE,
      runbooks: ['rate-limit-store-failing'],
      queries: [
        {
          expression: share(
            rate(storeDuration, 'count', { where: [FAILED], by: [store] }),
            rate(storeDuration, 'count', { by: [store] }),
          ),
          legend: legend(store),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Requests to the store for each decision',
      description: 'What leases save: near zero a batch of tokens lasts long, at 1 every decision asks the store.',
      unit: 'short',
      decimals: 3,
      width: 8,
      noValue: NONE,
      runbooks: ['rate-limit-store-failing'],
      queries: [
        {
          expression: ratio(rate(storeDuration, 'count'), rate(rateLimitRequests, 'value')),
          legend: 'requests per decision',
        },
      ],
    },
  ],
};
