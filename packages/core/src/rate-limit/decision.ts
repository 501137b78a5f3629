import { available } from './buckets.ts';
import type { Plan } from './plan.ts';

/** What a limit says about one request. */
export interface RateLimitDecision {
  readonly admitted: boolean;
  /** Capacity of the bucket, in tokens. */
  readonly limit: number;
  readonly windowSeconds: number;
  /** Whole and broken tokens left after the decision. */
  readonly remaining: number;
  /** 0 when admitted; else the milliseconds after which the same request fits, if nobody else takes tokens meanwhile. */
  readonly retryAfterMs: number;
  /** Milliseconds until the bucket is full again, if nobody takes tokens. */
  readonly resetMs: number;
}

/** @param waitMs 0 when admitted */
export function decisionOf(plan: Plan, fullAtMs: number, waitMs: number, nowMs: number): RateLimitDecision {
  return {
    admitted: waitMs === 0,
    limit: plan.capacity,
    windowSeconds: plan.windowSeconds,
    remaining: available(plan, fullAtMs, nowMs),
    retryAfterMs: waitMs,
    resetMs: Math.max(0, fullAtMs - nowMs),
  };
}
