import type { OverallHealth } from './health/check-health.ts';
import type { OperationState } from './pipeline/operation-state.ts';
import type { RateLimiter } from './rate-limit/rate-limiter.ts';
import type { SharedRateLimiter } from './rate-limit/shared/shared-limiter.ts';
import type { StoreErrorMode, StoreState } from './rate-limit/shared/store-state.ts';

/** The keys of all rate limits together. */
export interface RateLimiterState {
  /** Buckets that are kept now. */
  readonly keys: number;
  /** Buckets that were full again and gave their place to another key, since the start: nothing was lost. */
  readonly evictions: number;
  /** Decisions, since the start, on newcomers that had to share a bucket: `max_keys` is too small. */
  readonly overflows: number;
}

/** The store in which processes share rate limits. */
export interface RateLimitStoreState {
  /** Whether the store decides. */
  readonly state: StoreState;
  /** What decides while it does not. */
  readonly mode: StoreErrorMode;
  /** Tokens that this process has leased and not spent. */
  readonly leasedTokens: number;
  /** Commands sent to it since the start. */
  readonly calls: number;
}

/** Live state of a bridge, for gauges and health endpoints. */
export interface BridgeStateView {
  operations(): readonly OperationState[];
  rateLimiter(): RateLimiterState;
  /** Undefined where no limits are shared. */
  rateLimitStore(): RateLimitStoreState | undefined;
  /** The health checks, settled, and what every operation shows by its calls. */
  health(): OverallHealth;
  /** Whether to send this service traffic, as far as health says. */
  ready(): boolean;
}

export function rateLimiterState({
  keysInUse: keys,
  evictions,
  overflows,
}: Pick<RateLimiter, 'keysInUse' | 'evictions' | 'overflows'>): RateLimiterState {
  return { keys, evictions, overflows };
}

export function rateLimitStoreState(limiter: SharedRateLimiter | undefined): RateLimitStoreState | undefined {
  if (limiter === undefined) return undefined;
  const { storeState: state, mode, leasedTokens, storeCalls: calls } = limiter;
  return { state, mode, leasedTokens, calls };
}
