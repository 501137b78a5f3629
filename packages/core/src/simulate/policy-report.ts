import type { BreakerState, HedgeDecision, PolicyMode, RetryDecision } from '../observer.ts';

/** What one rate limit decided. */
export interface LimitReport {
  readonly name: string;
  readonly mode: PolicyMode;
  /** Calls, or attempts where it counts those, for which it had the tokens. Another limit may have refused them nevertheless. */
  readonly admitted: number;
  readonly throttled: number;
  /** The caller gave up waiting. */
  readonly cancelled: number;
  /** Those that waited, however it ended, and for how long together. */
  readonly waited: number;
  readonly waitedMs: number;
}

export interface BreakerTransition {
  readonly atMs: number;
  /** Null: the breaker of the whole operation. */
  readonly target: string | null;
  readonly from: BreakerState;
  readonly to: BreakerState;
}

export interface BreakerReport {
  readonly mode: PolicyMode;
  /** Attempts that it refused, so that there were none. */
  readonly rejected: number;
  /** The first 1,000. */
  readonly transitions: readonly BreakerTransition[];
  readonly transitionsLeftOut: number;
  /** Time for which circuits were open, of all targets together, waiting for the first call that may probe included. */
  readonly openMs: number;
}

/**
 * What each policy of an operation did or, in `shadow` mode, would have done; null where the operation does not have it. `decisions` have
 * no entry for what was never decided.
 */
export interface PolicyReports {
  readonly limits: readonly LimitReport[];
  readonly bulkhead: {
    readonly mode: PolicyMode;
    readonly rejected: number;
    /** Calls that waited for a slot and got one. */
    readonly waited: number;
  } | null;
  readonly circuitBreaker: BreakerReport | null;
  /** What followed a failed attempt: `budget_empty` are the retries that the budget refused. */
  readonly retry: {
    readonly mode: PolicyMode;
    readonly decisions: Readonly<Partial<Record<RetryDecision, number>>>;
  } | null;
  readonly hedge: {
    readonly mode: PolicyMode;
    readonly decisions: Readonly<Partial<Record<HedgeDecision, number>>>;
  } | null;
  /** How often time ran out during an attempt: that of the attempt, and that of the whole call (or what its caller gave it). */
  readonly timeout: { readonly mode: PolicyMode; readonly attempt: number; readonly total: number } | null;
}
