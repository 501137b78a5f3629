import { store, storeResult } from '../../../packages/otel/src/signals/attributes.ts';
import { storeDuration } from '../../../packages/otel/src/signals/metrics.ts';
import type { RuleGroup, RuleSettings } from '../rules/model.ts';
import { by, series } from '../rules/promql.ts';
import { value } from '../rules/template.ts';
import { is, label } from '../selector.ts';

/** Limits that processes share cannot be kept together. */
export function sharedStore({ time }: RuleSettings): RuleGroup {
  const requests = (...failures: readonly ('error' | 'timeout')[]): string => {
    const matchers = failures.length === 0 ? [] : [is(storeResult, ...failures)];
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
        dashboard: 'limits',
        about: 'service',
      },
    ],
  };
}
