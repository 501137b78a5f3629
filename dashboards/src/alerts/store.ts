import type { AttributeDefinition, HistogramDefinition } from '../../../packages/otel/src/signals/definitions.ts';
import { DURATION_BOUNDARIES } from '../../../packages/otel/src/signals/definitions.ts';
import type { RuleGroup, RuleSettings } from '../rules/model.ts';
import { by, having, series } from '../rules/promql.ts';
import { value } from '../rules/template.ts';
import { label } from '../selector.ts';

const store: AttributeDefinition = {
  name: 'crossbridge.rate_limit.store',
  type: 'string',
  description: 'The shared store of rate limits.',
  bound: 'config',
  values: {},
};

const storeResult: AttributeDefinition<'ok' | 'error' | 'timeout'> = {
  name: 'crossbridge.rate_limit.store.result',
  type: 'string',
  description: 'How a request to the shared store ended.',
  bound: 'values',
  values: { ok: 'Answered.', error: 'Failed.', timeout: 'Not answered in time.' },
};

const storeDuration: HistogramDefinition = {
  name: 'crossbridge.rate_limit.store.duration',
  type: 'histogram',
  unit: 's',
  description: 'Duration of requests to the shared store of rate limits.',
  attributes: [store, storeResult],
  optional: [],
  boundaries: DURATION_BOUNDARIES,
};

/** Limits that processes share cannot be kept together. */
export function sharedStore({ time }: RuleSettings): RuleGroup {
  const requests = (...failures: readonly ('error' | 'timeout')[]): string => {
    const matchers = failures.length === 0 ? [] : [having(storeResult, ...failures)];
    return `sum ${by(store)} (rate(${series(storeDuration, 'count', matchers)}[${time('5m')}]))`;
  };
  return {
    name: 'crossbridge-store',
    rules: [
      {
        alert: 'CrossBridgeRateLimitStoreFailing',
        severity: 'warning',
        // Without requests it is NaN, which is not above anything.
        expression: `${requests('error', 'timeout')} / ${requests()} > 0.05`,
        for: time('2m'),
        summary: `${value('job')}: {{ $value | humanizePercentage }} of the requests to the shared store ${value(label(store))} fail`,
        description:
          'Processes cannot agree on the rate limits that they share: each goes by on_store_error, which admits too much, too little or everything.',
        dashboard: 'crossbridge-limits',
        about: 'service',
      },
    ],
  };
}
