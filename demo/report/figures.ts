import { LABEL, METRIC } from '../metrics/names.ts';
import type { Snapshot } from '../metrics/snapshot.ts';

/** A move of a circuit breaker, and how often it happened. */
export interface Transition {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

/** What `/metrics` says of one operation since the service started. Counts only. */
export interface Figures {
  readonly operation: string;
  /** Calls that ended. */
  readonly calls: number;
  readonly succeeded: number;
  readonly attempts: number;
  /** Waits before another attempt that were decided on. */
  readonly retries: number;
  /**
   * Calls that succeeded only because they were tried again: attempts of kind `retry` that succeeded. A call has at most one successful
   * attempt, and that one ends it.
   */
  readonly saved: number;
  /** Refused by a rate limit. */
  readonly throttled: number;
  /** Refused by the circuit breaker. */
  readonly refusedByBreaker: number;
  /** Refused by the bulkhead. */
  readonly refusedByBulkhead: number;
  readonly transitions: readonly Transition[];
}

/** Reads the figures of `operation` from one snapshot. */
export function figuresOf(snapshot: Snapshot, operation: string): Figures {
  const own = { [LABEL.operation]: operation };
  return {
    operation,
    calls: snapshot.sum(`${METRIC.callDuration}_count`, own),
    succeeded: snapshot.sum(`${METRIC.callDuration}_count`, { ...own, [LABEL.outcome]: 'success' }),
    attempts: snapshot.sum(`${METRIC.attemptDuration}_count`, own),
    retries: snapshot.sum(METRIC.retryDecisions, {
      ...own,
      [LABEL.retryDecision]: 'retried',
      [LABEL.mode]: 'enforce',
    }),
    saved: snapshot.sum(`${METRIC.attemptDuration}_count`, {
      ...own,
      [LABEL.attemptKind]: 'retry',
      [LABEL.outcome]: 'success',
    }),
    throttled: snapshot.sum(METRIC.rateLimitRequests, { ...own, [LABEL.rateLimitResult]: 'throttled' }),
    refusedByBreaker: snapshot.sum(METRIC.breakerRejections, own),
    refusedByBulkhead: snapshot.sum(METRIC.bulkheadRejections, own),
    transitions: transitionsOf(snapshot, operation),
  };
}

function transitionsOf(snapshot: Snapshot, operation: string): readonly Transition[] {
  return snapshot
    .select(METRIC.breakerTransitions, { [LABEL.operation]: operation })
    .filter(({ value }) => value > 0)
    .map(({ labels, value }) => ({
      from: labels.get(LABEL.breakerFrom) ?? '?',
      to: labels.get(LABEL.breakerTo) ?? '?',
      count: value,
    }));
}
