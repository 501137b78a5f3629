import { storeResult, storeState } from '../../../packages/otel/src/signals/attributes.ts';
import { storeState as stateMetric, storeDuration } from '../../../packages/otel/src/signals/metrics.ts';
import type { RuleGroup, RuleSettings } from '../rules/model.ts';
import { by, series } from '../rules/promql.ts';
import { value } from '../rules/template.ts';
import { is } from '../selector.ts';

/** Limits that processes share cannot be kept together. */
export function sharedStore({ time }: RuleSettings): RuleGroup {
  const requests = (...failures: readonly ('error' | 'timeout')[]): string => {
    const matchers = failures.length === 0 ? [] : [is(storeResult, ...failures)];
    return `sum ${by()} (rate(${series(storeDuration, 'count', matchers)}[${time('5m')}]))`;
  };
  const down = series(stateMetric, 'value', [is(storeState, 'down')]);
  return {
    name: 'crossbridge-store',
    rules: [
      {
        alert: 'CrossBridgeRateLimitStoreFailing',
        severity: 'warning',
        // Without requests it is NaN, which is not above anything. A process that cannot reach the store asks it so seldom that its failures
        // are lost among the requests of the others: its state tells.
        expression: `${requests('error', 'timeout')} / ${requests()} > 0.05 or max ${by()} (avg_over_time(${down}[${time('5m')}])) > 0.5`,
        for: time('2m'),
        summary: `${value('job')}: the shared store of rate limits fails, for {{ $value | humanizePercentage }} of the requests or of the time of one process`,
        description:
          'Processes cannot agree on the rate limits that they share: each goes by on_store_error, which admits too much, too little or everything.',
        dashboard: 'limits',
        about: 'service',
      },
    ],
  };
}
