import type { AdaptiveLimitConfig } from '../config/types.ts';
import type { LoadOutcome } from './load-outcome.ts';

/** What an algorithm learns from one attempt. */
export interface LimitSample {
  readonly durationMs: number;
  readonly outcome: LoadOutcome;
  /** Calls that held a slot when it ended, its own included. */
  readonly inFlight: number;
}

/** Finds a limit of concurrency. */
export interface LimitAlgorithm {
  readonly limit: number;
  observe(sample: LimitSample): void;
  configure(config: AdaptiveLimitConfig): void;
}

const BACKOFF_RATIO = 0.9;

/**
 * Whether the limit, rather than a lack of calls, bounds concurrency. While it does not, nothing can be learned about a higher one.
 * The half is that of Netflix' concurrency-limits ("don't grow the limit if we are app limited").
 */
export function saturated(inFlight: number, limit: number): boolean {
  return inFlight * 2 >= limit;
}

export function withinBounds(limit: number, { minLimit, maxLimit }: AdaptiveLimitConfig): number {
  return Math.max(minLimit, Math.min(maxLimit, limit));
}

/** The limit after overload: nine tenths, but at least one less, as in Netflix' `AIMDLimit`. */
export function cut(limit: number, config: AdaptiveLimitConfig): number {
  return withinBounds(Math.min(limit * BACKOFF_RATIO, limit - 1), config);
}
