import type { BreakerState, PolicyMode } from '@crossbridge/core';

export type HealthStatusName = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

export type RateLimitResult = 'admitted' | 'throttled' | 'cancelled';

export type PatchStatus = 'active' | 'missing' | 'not_outermost';

/** What a part of a call was spent on. */
export type Phase = 'limiter' | 'queue' | 'attempt' | 'backoff';

/** What one operation has and how it stands now. A policy that it does not have is absent. */
export interface OperationState {
  readonly operation: string;
  /** False when failed attempts of this operation are never followed by another. */
  readonly retry?: boolean | undefined;
  readonly breaker?: { readonly state: BreakerState; readonly mode?: PolicyMode | undefined } | undefined;
  readonly bulkhead?:
    | {
        readonly active: number;
        readonly queued: number;
        readonly limit: number;
        readonly mode?: PolicyMode | undefined;
      }
    | undefined;
  readonly rateLimit?:
    | {
        readonly name: string;
        /** Configured capacity, in tokens. */
        readonly limit: number;
        readonly mode?: PolicyMode | undefined;
      }
    | undefined;
}

export interface HealthState {
  readonly overall: HealthStatusName;
  readonly checks: Iterable<{ readonly check: string; readonly status: HealthStatusName }>;
}

/**
 * What a bridge knows about itself. It is read when a metric reader collects, so every member must answer from memory.
 * `mode` defaults to `enforce`.
 */
export interface BridgeState {
  operations(): Iterable<OperationState>;
  health?(): HealthState | undefined;
  /** Modules that an agent patched. */
  patches?(): Iterable<{ readonly module: string; readonly status: PatchStatus }>;
}
