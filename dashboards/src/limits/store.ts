import {
  store,
  storeFrom,
  storeResult,
  storeState as storeStateAttribute,
  storeTo,
} from '../../../packages/otel/src/signals/attributes.ts';
import {
  rateLimitRequests,
  storeDuration,
  storeLeasedTokens,
  storeState,
  storeTransitions,
} from '../../../packages/otel/src/signals/metrics.ts';
import type { Row, StateValue } from '../model.ts';
import { gauge, increase, quantile, rate, ratio, share, stateOfInstances } from '../promql.ts';
import { isNot, legend } from '../selector.ts';

const NONE = 'No limit is shared between processes';
const FAILED = isNot(storeResult, 'ok');

const CODES = { up: 0, ramping: 1, down: 2 } as const;

const STATES: readonly StateValue[] = [
  { value: CODES.up, text: 'up', color: 'green' },
  { value: CODES.ramping, text: 'ramping', color: 'yellow' },
  { value: CODES.down, text: 'down', color: 'red' },
];

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
    {
      type: 'state-timeline',
      title: 'Who has the store',
      description:
        'Whether the store decides, in each process: down, and `on_store_error` does; ramping, and it gets more requests with each good answer.',
      unit: 'none',
      width: 8,
      noValue: NONE,
      states: STATES,
      runbooks: ['rate-limit-store-failing'],
      queries: [
        { expression: stateOfInstances(storeState, storeStateAttribute, CODES), legend: '{{job}} {{instance}}' },
      ],
    },
    {
      type: 'timeseries',
      title: 'Changes of the state of the store',
      description:
        'A store that comes and goes is worse than one that is slow: each process goes by itself in between.',
      unit: 'short',
      width: 8,
      noValue: NONE,
      runbooks: ['rate-limit-store-failing'],
      queries: [
        {
          expression: increase(storeTransitions, 'value', { by: [storeFrom, storeTo] }),
          legend: `${legend(storeFrom)} → ${legend(storeTo)}`,
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Leased tokens',
      description:
        'Tokens that processes hold for the next calls. They count against the limit until they are spent or given back.',
      unit: 'short',
      width: 8,
      noValue: NONE,
      runbooks: ['rate-limit-store-failing'],
      queries: [{ expression: gauge(storeLeasedTokens), legend: 'leased' }],
    },
  ],
};
