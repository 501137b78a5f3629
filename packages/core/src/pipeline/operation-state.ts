import type { OperationSigns } from '../health/operation-health.ts';
import type { Quota } from '../health/quota.ts';
import type { BreakerState, PolicyMode } from '../observer.ts';
import type { Operation } from './operation.ts';

/** Live state of one operation, read without changing it. */
export interface OperationState {
  readonly operation: string;
  /** Calls under way, those that wait included. */
  readonly active: number;
  /** False when no failed attempt is followed by another. */
  readonly retry: false | { readonly mode: PolicyMode };
  /** The share of the retry budget that is left, 0 to 1; absent where there is no budget. Hedges share it. */
  readonly retryBudget?: number;
  readonly hedge?: { readonly mode: PolicyMode };
  /** Which timeouts it has. */
  readonly timeout: { readonly attempt: boolean; readonly total: boolean; readonly mode: PolicyMode };
  readonly breaker?: { readonly state: BreakerState; readonly mode: PolicyMode };
  readonly bulkhead?: {
    readonly active: number;
    readonly queued: number;
    readonly limit: number;
    readonly mode: PolicyMode;
  };
  /** The first of the rate limits. */
  readonly rateLimit?: RateLimitState;
  readonly rateLimits?: readonly RateLimitState[];
  /** What its provider says is left of quotas of its own. */
  readonly quotas?: readonly Quota[];
}

export interface RateLimitState {
  readonly name: string;
  /** Capacity, in tokens. */
  readonly limit: number;
  readonly mode: PolicyMode;
}

export function stateOf(operation: Operation): OperationState {
  const { name, active, config, breakers, bulkhead, limits, environment } = operation;
  const quotas = operation.quotas.current(environment.clock.now());
  const rateLimits = limits?.configs.map(({ name, capacity, mode }) => ({ name, limit: capacity, mode }));
  return {
    operation: name,
    active,
    retry: config.retry ? { mode: config.retry.mode } : false,
    ...(operation.budget === undefined ? {} : { retryBudget: operation.budget.remaining }),
    ...(config.hedge === null ? {} : { hedge: { mode: config.hedge.mode } }),
    timeout: {
      attempt: config.timeout.attemptMs !== null,
      total: config.timeout.totalMs !== null,
      mode: config.timeout.mode,
    },
    ...(breakers !== undefined && config.circuitBreaker !== null
      ? { breaker: { state: breakers.state, mode: config.circuitBreaker.mode } }
      : {}),
    ...(bulkhead !== undefined && config.bulkhead !== null
      ? {
          bulkhead: {
            active: bulkhead.active,
            queued: bulkhead.queued,
            limit: bulkhead.limit,
            mode: config.bulkhead.mode,
          },
        }
      : {}),
    ...(rateLimits?.[0] === undefined ? {} : { rateLimit: rateLimits[0], rateLimits }),
    ...(quotas.length === 0 ? {} : { quotas }),
  };
}

/** What the calls of an operation show about the health of what it calls. */
export function signsOf({ name, config, breakers, traffic, quotas, environment }: Operation): OperationSigns {
  const breaker = config.circuitBreaker?.mode === 'shadow' ? undefined : breakers?.state;
  return { name, breaker, traffic, quotas: quotas.current(environment.clock.now()) };
}
