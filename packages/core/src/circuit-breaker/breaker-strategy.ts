import type { IBreaker } from 'cockatiel';

/** What cockatiel's interface leaves out: how long attempts took, and what a reload and an eviction must know. */
export interface BreakerExtension {
  /** Takes the place of `success` and `failure`. Returns whether the circuit must open. */
  record(failed: boolean, durationMs: number): boolean;
  /** Whether an attempt of that length is slow. */
  isSlow(durationMs: number): boolean;
  /** Whether forgetting everything seen so far loses nothing that speaks against the callee. */
  readonly atRest: boolean;
  /** Takes over what it can of the results that another strategy has seen. */
  adopt(previous: IBreaker): void;
}

/** Decides when a circuit opens: any breaker of cockatiel, one's own, or one that also understands durations. */
export type BreakerStrategy = IBreaker & Partial<BreakerExtension>;
