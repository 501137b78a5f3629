import type { RateLimitDecision } from '../decision.ts';
import type { BucketHint } from './bucket-request.ts';

/**
 * Who decided: tokens that the process has leased (`lease`), the store (`store`), what the store said shortly before (`memory`, refusals only), or what
 * is to happen when the store fails (`fallback`).
 */
export type DecisionSource = 'lease' | 'store' | 'memory' | 'fallback';

export interface SharedDecision extends RateLimitDecision {
  readonly source: DecisionSource;
}

/** A bucket as this process last heard of it. */
export interface KnownLevel {
  readonly free: number;
  readonly leased: number;
  readonly leasedUs: number;
  /** When the answer came, on the clock of this process. */
  readonly atMs: number;
}

export interface SharedRate {
  /** Tokens, above 0. */
  readonly capacity: number;
  /** Seconds in which an empty bucket fills, above 0. */
  readonly windowSeconds: number;
}

/** The longest that a process leaves the store alone while tokens are scarce, as a share of the window: nobody's bucket fills meanwhile. */
export const MOST_SHARE: number = 1 / 8;

/** Free tokens by now, if nobody has taken any. */
export function freeNow({ capacity, windowSeconds }: SharedRate, known: KnownLevel | undefined, nowMs: number): number {
  if (known === undefined) return capacity;
  return Math.min(capacity, known.free + ((nowMs - known.atMs) * capacity) / (windowSeconds * 1000));
}

/** What the store is told should it have lost the bucket; nothing once it would be full again. */
export function hintOf(rate: SharedRate, known: KnownLevel | undefined, nowMs: number): BucketHint | undefined {
  const free = freeNow(rate, known, nowMs);
  if (known === undefined || free >= rate.capacity) return undefined;
  const elapsedMs = nowMs - known.atMs;
  const leasedUs = Math.ceil(known.leasedUs - elapsedMs * 1000);
  // While others lease, what was refilled since this process has asked last was theirs.
  const theirs = known.leased > 0 ? rate.capacity * Math.min(elapsedMs / 1000 / rate.windowSeconds, MOST_SHARE) : 0;
  return { free: free - theirs, leased: known.leased, leasedUs: known.leased > 0 ? Math.max(0, leasedUs) : 0 };
}

export function sharedDecision(
  rate: SharedRate,
  free: number,
  retryAfterMs: number,
  source: DecisionSource,
): SharedDecision {
  const { capacity, windowSeconds } = rate;
  return {
    admitted: retryAfterMs === 0,
    limit: capacity,
    windowSeconds,
    remaining: Math.max(0, free),
    retryAfterMs,
    resetMs: Math.max(0, ((capacity - free) * windowSeconds * 1000) / capacity),
    source,
  };
}
