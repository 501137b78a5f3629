import { mode, operation, rateLimitName, rateLimitResult } from '../../../packages/otel/src/signals/attributes.ts';
import {
  bulkheadActive,
  bulkheadLimit,
  bulkheadRejections,
  rateLimitRequests,
} from '../../../packages/otel/src/signals/metrics.ts';
import type { RuleGroup, RuleSettings } from '../rules/model.ts';
import { by, ratio, series } from '../rules/promql.ts';
import { OPERATION_OF_JOB, value } from '../rules/template.ts';
import { is, isNot, label } from '../selector.ts';

/** Recorded: decisions per second of an enforced rate limit that refused. */
const THROTTLED = 'job_operation_limit:crossbridge_rate_limit_throttled:rate5m';

/** Recorded: their share of the decisions. */
const THROTTLED_SHARE = 'job_operation_limit:crossbridge_rate_limit_throttled:ratio_rate5m';

/** Recorded: share of the slots of a process' bulkhead that are taken. */
const TAKEN = 'job_instance_operation:crossbridge_bulkhead_taken:ratio';

/** Our own limits refuse calls, or are about to. */
export function limits({ time }: RuleSettings): RuleGroup {
  const window = time('5m');
  const enforced = is(mode, 'enforce');
  const decisions = (...result: Parameters<typeof is>) =>
    `sum ${by(operation, rateLimitName)} (rate(${series(rateLimitRequests, 'value', [is(...result), enforced])}[${window}]))`;
  const all = `sum ${by(operation, rateLimitName)} (rate(${series(rateLimitRequests, 'value', [isNot(rateLimitResult, 'cancelled'), enforced])}[${window}]))`;
  const perProcess = by('instance', operation);
  const refused = `sum ${perProcess} (rate(${series(bulkheadRejections, 'value', [enforced])}[${window}]))`;
  return {
    name: 'crossbridge-limits',
    rules: [
      { record: THROTTLED, expression: decisions(rateLimitResult, 'throttled') },
      { record: THROTTLED_SHARE, expression: ratio(THROTTLED, all) },
      {
        alert: 'CrossBridgeThrottling',
        severity: 'warning',
        expression: `${THROTTLED_SHARE} > 0.1\nand ${THROTTLED} > 0.1`,
        for: time('10m'),
        summary: `${OPERATION_OF_JOB}: the rate limit ${value(label(rateLimitName))} refuses {{ $value | humanizePercentage }} of what it is asked for`,
        description:
          'More than a tenth of what an enforced rate limit decided on was refused, for 10m: more is asked for than it grants, by everybody or by one key.',
        dashboard: 'limits',
        about: 'operation',
      },
      {
        record: TAKEN,
        expression: ratio(
          `sum ${perProcess} (${series(bulkheadActive, 'value')})`,
          `sum ${perProcess} (${series(bulkheadLimit, 'value')})`,
        ),
      },
      {
        alert: 'CrossBridgeBulkheadSaturated',
        severity: 'warning',
        expression: `avg_over_time(${TAKEN}[${window}]) > 0.9`,
        for: time('5m'),
        summary: `${OPERATION_OF_JOB}: {{ $value | humanizePercentage }} of the bulkhead's slots are taken on ${value('instance')}`,
        description:
          'The slots of the bulkhead were taken nearly all the time for 5m, so that further calls wait or are refused. The callee has become slow, or more is asked for than it can do at once. A bulkhead in shadow mode is shown as well, and holds nobody up.',
        dashboard: 'limits',
        about: 'operation',
      },
      {
        alert: 'CrossBridgeBulkheadRejecting',
        severity: 'warning',
        expression: `${refused} > 0.1`,
        for: time('5m'),
        summary: `${OPERATION_OF_JOB}: the bulkhead refuses {{ $value | humanize }} calls a second on ${value('instance')}`,
        description: 'No slot and no place in the queue was free for calls of this operation, again and again for 5m.',
        dashboard: 'limits',
        about: 'operation',
      },
    ],
  };
}
