import type { BreakerState, HealthStatus, PolicyMode, RateLimiterState, RateLimitStoreState } from '@crossbridge/core';

export type RateLimitResult = 'admitted' | 'throttled' | 'cancelled';

export type PatchStatus = 'active' | 'missing' | 'not_outermost';

/** What a part of a call was spent on. */
export type Phase = 'limiter' | 'queue' | 'attempt' | 'backoff';

/** What one operation has and how it stands now. A policy that it does not have is absent. */
export interface OperationState {
  readonly operation: string;
  /** Calls under way, those that wait included. */
  readonly active?: number | undefined;
  /** False when failed attempts of this operation are never followed by another. */
  readonly retry?: boolean | { readonly mode?: PolicyMode | undefined } | undefined;
  /** What is left of the retry budget: 1 while none of it is used, 0 when nothing is. */
  readonly retryBudget?: number | undefined;
  readonly hedge?: { readonly mode?: PolicyMode | undefined } | undefined;
  /** Which timeouts the configuration gives it. */
  readonly timeout?:
    | {
        readonly attempt?: boolean | undefined;
        readonly total?: boolean | undefined;
        readonly mode?: PolicyMode | undefined;
      }
    | undefined;
  readonly breaker?: { readonly state: BreakerState; readonly mode?: PolicyMode | undefined } | undefined;
  readonly bulkhead?:
    | {
        readonly active: number;
        readonly queued: number;
        readonly limit: number;
        readonly mode?: PolicyMode | undefined;
      }
    | undefined;
  readonly rateLimit?: RateLimitState | undefined;
  /** All rate limits, where there are several; `rateLimit` need not be given then. */
  readonly rateLimits?: readonly RateLimitState[] | undefined;
  /** What its provider says is left of quotas of its own. */
  readonly quotas?: readonly QuotaState[] | undefined;
}

export interface RateLimitState {
  readonly name: string;
  /** Configured capacity, in tokens. */
  readonly limit: number;
  readonly mode?: PolicyMode | undefined;
}

export interface QuotaState {
  readonly name: string;
  readonly remaining: number;
  readonly limit?: number | undefined;
}

export function rateLimitsOf({ rateLimit, rateLimits }: OperationState): readonly RateLimitState[] {
  return rateLimits ?? (rateLimit === undefined ? [] : [rateLimit]);
}

export interface HealthState {
  readonly overall: HealthStatus;
  readonly checks: Iterable<{
    readonly check: string;
    readonly status: HealthStatus;
    readonly flapping?: boolean;
    /** Whether nothing works without it. */
    readonly required?: boolean | undefined;
  }>;
}

/**
 * What a bridge knows about itself. It is read when a metric reader collects, so every member must answer from memory.
 * `mode` defaults to `enforce`.
 */
export interface BridgeState {
  operations(): Iterable<OperationState>;
  rateLimiter?(): RateLimiterState | undefined;
  /** Undefined where no limits are shared. */
  rateLimitStore?(): RateLimitStoreState | undefined;
  health?(): HealthState | undefined;
  /** Whether to send this process traffic, as far as health says. */
  ready?(): boolean;
  /** Modules that an agent patched. */
  patches?(): Iterable<{ readonly module: string; readonly status: PatchStatus }>;
}

/** Runs its argument with the live state, if there is one. Never fails. */
export type ReadState = (reader: (state: BridgeState) => void) => void;
