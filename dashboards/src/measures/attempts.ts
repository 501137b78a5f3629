import { attemptKind, callAttempts, outcome } from '../../../packages/otel/src/signals/attributes.ts';
import { attemptDuration, callDuration } from '../../../packages/otel/src/signals/metrics.ts';
import type { Threshold } from '../model.ts';
import { orZero, rate, ratio, type Selection } from '../promql.ts';
import { is } from '../selector.ts';
import { above, type SpanCondition } from '../traceql.ts';
import { SUCCEEDED } from './success.ts';

type By = Pick<Selection, 'by'>;

const INITIAL = is(attemptKind, 'initial');
const AGAIN = is(attemptKind, 'retry');
const BESIDE = is(attemptKind, 'hedge');

/** The call was tried again, or hedged. */
export const TRIED_AGAIN: SpanCondition = above(callAttempts, 1);

/** Attempts for each call that reached the upstream: 1 without retries and hedges. */
export function amplification(selection: By = {}): string {
  return ratio(
    rate(attemptDuration, 'count', selection),
    rate(attemptDuration, 'count', { ...selection, where: [INITIAL] }),
  );
}

export const AMPLIFICATION_THRESHOLDS: readonly Threshold[] = [
  { color: 'green' },
  { color: 'orange', from: 1.5 },
  { color: 'red', from: 2 },
];

/** Calls per second that succeeded only because they were tried again: a call has at most one attempt that succeeds. */
export function savedCalls(selection: By = {}): string {
  return orZero(
    rate(attemptDuration, 'count', { ...selection, where: [AGAIN, SUCCEEDED] }),
    rate(callDuration, 'count', selection),
  );
}

/** Retries per second that failed like the attempt before them, or were cancelled. */
export function wastedRetries(selection: By = {}): string {
  return orZero(
    rate(attemptDuration, 'count', { ...selection, where: [AGAIN, is(outcome, 'error', 'timeout', 'cancelled')] }),
    rate(callDuration, 'count', selection),
  );
}

/** Retries for each first attempt: what the retry budget limits. */
export function retryRatio(selection: By = {}): string {
  const first = rate(attemptDuration, 'count', { ...selection, where: [INITIAL] });
  return ratio(orZero(rate(attemptDuration, 'count', { ...selection, where: [AGAIN] }), first), first);
}

/** Hedges per second that answered first. */
export function wonHedges(selection: By = {}): string {
  return orZero(
    rate(attemptDuration, 'count', { ...selection, where: [BESIDE, SUCCEEDED] }),
    rate(callDuration, 'count', selection),
  );
}

/** Hedges for each first attempt: the load that hedging adds. */
export function hedgeRatio(selection: By = {}): string {
  const first = rate(attemptDuration, 'count', { ...selection, where: [INITIAL] });
  return ratio(orZero(rate(attemptDuration, 'count', { ...selection, where: [BESIDE] }), first), first);
}
