import { operation, outcome } from '../../../packages/otel/src/signals/attributes.ts';
import { callDuration } from '../../../packages/otel/src/signals/metrics.ts';
import type { RecordingRule, RuleSettings } from '../rules/model.ts';
import { by, ratio, series } from '../rules/promql.ts';
import { type Condition, is, isNot } from '../selector.ts';

/** Windows that are read from the calls themselves. */
const SHORT = ['5m', '30m', '1h'] as const;

/** Windows that are read from what was recorded of the shortest: three days of every bucket would cost too much. */
const LONG = ['2h', '6h', '1d', '3d'] as const;

export type CallWindow = (typeof SHORT)[number] | (typeof LONG)[number];

/** The application did not get its answer. */
export const FAILED: Condition = is(outcome, 'error', 'timeout', 'rejected');

/** Throttled is what the limits are for, cancelled is what the application wanted: neither is good or bad. */
const COUNTED: Condition = isNot(outcome, 'throttled', 'cancelled');

/** Recorded: calls per second that count, by service and operation. */
export function callRate(window: CallWindow): string {
  return `job_operation:crossbridge_calls:rate${window}`;
}

/** Recorded: failed calls per second; zero where calls count and none failed. */
function failureRate(window: CallWindow): string {
  return `job_operation:crossbridge_call_failures:rate${window}`;
}

/** Recorded: share of the calls that count which failed; nothing where there were none. */
export function failureRatio(window: CallWindow): string {
  return `job_operation:crossbridge_call_failures:ratio_rate${window}`;
}

/** What the alerts on the success of calls share. */
export function recordedCalls({ time }: RuleSettings): RecordingRule[] {
  const rateOf = (window: CallWindow, matcher: Condition): string =>
    `sum ${by(operation)} (rate(${series(callDuration, 'count', [matcher])}[${time(window)}]))`;
  const short = SHORT.flatMap((window) => [
    { record: callRate(window), expression: rateOf(window, COUNTED) },
    { record: failureRate(window), expression: `${rateOf(window, FAILED)} or 0 * ${callRate(window)}` },
  ]);
  const long = LONG.flatMap((window) => [
    { record: callRate(window), expression: `avg_over_time(${callRate('5m')}[${time(window)}])` },
    { record: failureRate(window), expression: `avg_over_time(${failureRate('5m')}[${time(window)}])` },
  ]);
  const ratios = [...SHORT, ...LONG].map((window) => ({
    record: failureRatio(window),
    expression: ratio(failureRate(window), callRate(window)),
  }));
  return [...short, ...long, ...ratios];
}
