import { attemptKind, mode, operation, retryDecision } from '../../../packages/otel/src/signals/attributes.ts';
import { attemptDuration, retryDecisions } from '../../../packages/otel/src/signals/metrics.ts';
import type { RuleGroup, RuleSettings } from '../rules/model.ts';
import { by, ratio, series } from '../rules/promql.ts';
import { OPERATION_OF_JOB } from '../rules/template.ts';
import { is } from '../selector.ts';
import { retryReason } from './failure-reason.ts';

/** Recorded: retries per second, by service and operation. */
const RETRIES = 'job_operation:crossbridge_retries:rate5m';

/** Recorded: retries for each first attempt. */
const RETRIES_PER_CALL = 'job_operation:crossbridge_retries:ratio_rate5m';

/** Failures are multiplied. */
export function retries({ time }: RuleSettings): RuleGroup {
  const attempts = (kind: 'initial' | 'retry'): string =>
    `sum ${by(operation)} (rate(${series(attemptDuration, 'count', [is(attemptKind, kind)])}[${time('5m')}]))`;
  const decisions = series(retryDecisions, 'value', [is(retryDecision, 'budget_empty'), is(mode, 'enforce')]);
  return {
    name: 'crossbridge-retries',
    rules: [
      { record: RETRIES, expression: attempts('retry') },
      { record: RETRIES_PER_CALL, expression: ratio(RETRIES, attempts('initial')) },
      {
        alert: 'CrossBridgeRetryStorm',
        severity: 'warning',
        expression: `${RETRIES_PER_CALL} > 0.5\nand ${RETRIES} > 0.5`,
        for: time('5m'),
        summary: `${OPERATION_OF_JOB}: {{ $value | humanize }} retries for each call${retryReason(time('5m'))}`,
        description:
          'Retries add more than half to the attempts that calls need, for 5m: an upstream that struggles gets more to do instead of less.',
        dashboard: 'retries',
        about: 'operation',
      },
      {
        alert: 'CrossBridgeRetryBudgetEmpty',
        severity: 'warning',
        expression: `sum ${by(operation)} (rate(${decisions}[${time('5m')}])) > 0.1`,
        for: time('5m'),
        summary: `${OPERATION_OF_JOB}: the retry budget is empty, {{ $value | humanize }} calls a second are not tried again${retryReason(time('5m'))}`,
        description:
          'So many attempts fail that retries have reached the share of calls that retry.budget allows. Calls fail at their first attempt, which protects the upstream.',
        dashboard: 'retries',
        about: 'operation',
      },
    ],
  };
}
