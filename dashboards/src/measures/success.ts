import { outcome } from '../../../packages/otel/src/signals/attributes.ts';
import { callDuration } from '../../../packages/otel/src/signals/metrics.ts';
import type { Threshold } from '../model.ts';
import { type increase, rate, type Selection, share } from '../promql.ts';
import { DEFAULT_SETTINGS } from '../rules/settings.ts';
import { is, isNot } from '../selector.ts';

/** Not failures: we refused a call on purpose, or the caller changed its mind. Both are shown on their own. */
const JUDGED = isNot(outcome, 'throttled', 'cancelled');

export const SUCCEEDED = is(outcome, 'success');
export const FAILED = is(outcome, 'error', 'timeout', 'rejected');
export const REFUSED = is(outcome, 'rejected');

/** Red below the objective of the alerts. */
export const SUCCESS_THRESHOLDS: readonly Threshold[] = [
  { color: 'red' },
  { color: 'orange', from: DEFAULT_SETTINGS.objective },
  { color: 'green', from: 0.999 },
];

/** Share of the calls that succeeded in the end, throttled and cancelled ones aside. */
export function successRatio(
  selection: Omit<Selection, 'where'> = {},
  growth: typeof rate | typeof increase = rate,
): string {
  return share(
    growth(callDuration, 'count', { ...selection, where: [SUCCEEDED] }),
    growth(callDuration, 'count', { ...selection, where: [JUDGED] }),
  );
}

/** How many times faster than the objective allows calls fail: at 1 the error budget lasts exactly as long as it should. */
export function burnRate(
  selection: Omit<Selection, 'where'> = {},
  growth: typeof rate | typeof increase = rate,
): string {
  return `(1 - ${successRatio(selection, growth)}) / (1 - $objective)`;
}
