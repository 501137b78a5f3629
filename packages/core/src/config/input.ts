import type {
  AdaptiveLimitConfig,
  AdminConfig,
  BulkheadConfig,
  CircuitBreakerConfig,
  ErrorRuleConfig,
  HealthChecksConfig,
  HealthProviderConfig,
  HedgeConfig,
  JitterKind,
  OperationRateLimitConfig,
  OperationRetryConfig,
  PatchConfig,
  PatchName,
  RateLimitConfig,
  RateLimitStoreConfig,
  RetryBudgetConfig,
  RetryPolicyConfig,
  ShutdownConfig,
  TelemetryConfig,
  TimeoutConfig,
  UpstreamRule,
} from './types.ts';

/** Every field may be left out, or be undefined: the default is meant. */
type Optional<T> = { readonly [K in keyof T]?: T[K] | undefined };

type Named<T> = Readonly<Record<string, T | undefined>>;

/** A policy that may be switched off (`false` or null), or on with its defaults (`true`). */
type Switch<T> = T | boolean | null;

/** A policy that may be switched off (`false` or null). */
type OffSwitch<T> = T | false | null;

/** Missing fields come from the built-in policy of that name, else from `default`. `jitter: true` is `original`. */
export interface RetryPolicyInput extends Optional<Omit<RetryPolicyConfig, 'jitter'>> {
  readonly jitter?: JitterKind | boolean | undefined;
}

/** A named policy (default `default`) with changes of the operation's own. */
export interface OperationRetryInput extends RetryPolicyInput {
  readonly policy?: string | undefined;
  readonly mode?: OperationRetryConfig['mode'] | undefined;
}

export interface CircuitBreakerInput extends Optional<CircuitBreakerConfig> {
  /** Default true. */
  readonly enabled?: boolean | undefined;
}

export type OperationRateLimitInput = Optional<OperationRateLimitConfig>;

export interface BulkheadInput extends Optional<Omit<BulkheadConfig, 'adaptive'>> {
  /** `true` for the defaults; `maxLimit` defaults to ten times `limit`. */
  readonly adaptive?: Switch<Optional<AdaptiveLimitConfig>> | undefined;
}

/** Needs one of `delayMs` and `quantile`, not both. */
export type HedgeInput = Optional<HedgeConfig>;

export type TimeoutInput = Optional<TimeoutConfig>;

/** Each needs a `match` that names something, and one of `class`, `retryable`, `notExecuted` and `breaker`. */
export type ErrorRulesInput = readonly (Optional<ErrorRuleConfig> | undefined)[];

export interface OperationInput {
  /** Missing fields come from `rateLimiting.defaults` of that name. Left out: that limit. */
  readonly rateLimit?: OffSwitch<OperationRateLimitInput> | undefined;
  /** Further limits. `name` defaults to the operation and what the limit is by: `search.global`. */
  readonly rateLimits?: readonly (OperationRateLimitInput | undefined)[] | undefined;
  /** A policy's name, `true` for `default`, or a policy. Left out: no retry, but for wrappers that have a policy of their own; false: none at all. */
  readonly retry?: Switch<string | OperationRetryInput> | undefined;
  /** Left out: `retry.budget`. */
  readonly retryBudget?: Switch<Optional<RetryBudgetConfig>> | undefined;
  /** Left out: the `hedge` of all operations, if there is one. */
  readonly hedge?: OffSwitch<HedgeInput> | undefined;
  /** Left out: the `circuitBreaker` of all operations, if there is one. */
  readonly circuitBreaker?: Switch<CircuitBreakerInput> | undefined;
  /** Left out: the `bulkhead` of all operations, if there is one. */
  readonly bulkhead?: OffSwitch<BulkheadInput> | undefined;
  /** Left out: the `timeout` of all operations, if there is one. */
  readonly timeout?: OffSwitch<TimeoutInput> | undefined;
  /** Asked before the `errorRules` of all operations. */
  readonly errorRules?: ErrorRulesInput | undefined;
}

export interface UpstreamInput {
  readonly match?: Optional<UpstreamRule['match']> | undefined;
  readonly operation?: string | undefined;
  /** Default `auto`. */
  readonly idempotent?: boolean | 'auto' | undefined;
}

export interface RateLimitingInput {
  readonly enabled?: boolean | undefined;
  /** Merged into the built-in table, operation by operation. */
  readonly defaults?: Named<Optional<RateLimitConfig>> | undefined;
  /** By key or key prefix, then by operation. Missing fields come from the operation's limit. */
  readonly overrides?: Named<Named<Optional<RateLimitConfig>>> | undefined;
  readonly maxKeys?: number | undefined;
  /** Limits that many processes share. */
  readonly store?: RateLimitStoreInput | undefined;
}

export interface RateLimitStoreInput extends Optional<RateLimitStoreConfig> {
  /** Default true; false: each process has limits of its own. */
  readonly enabled?: boolean | undefined;
}

export interface RetryInput {
  readonly enabled?: boolean | undefined;
  readonly policies?: Named<RetryPolicyInput> | undefined;
  readonly retryableCodes?: readonly number[] | undefined;
  readonly budget?: Switch<Optional<RetryBudgetConfig>> | undefined;
}

export interface HealthProviderInput extends Optional<Omit<HealthProviderConfig, 'expectStatus' | 'headers'>> {
  readonly expectStatus?: number | readonly number[] | undefined;
  readonly headers?: Named<string> | undefined;
}

export interface HealthChecksInput
  extends Optional<Omit<HealthChecksConfig, 'flapping' | 'providers' | 'degradedMode'>> {
  readonly flapping?: Optional<HealthChecksConfig['flapping']> | undefined;
  /** Times and thresholds that are left out come from `healthChecks`. */
  readonly providers?: Named<HealthProviderInput> | undefined;
  readonly degradedMode?: Optional<HealthChecksConfig['degradedMode']> | undefined;
}

export interface TelemetryInput extends Optional<Omit<TelemetryConfig, 'sampling'>> {
  readonly sampling?: Optional<TelemetryConfig['sampling']> | undefined;
}

/** `true` for the default, false to leave a module alone. */
export type PatchesInput = { readonly [Module in PatchName]?: boolean | Optional<PatchConfig> | undefined };

/**
 * The configuration as code: any part of a {@link RuntimeConfig}, with the same shorthands, defaults and rules as
 * `crossbridge.yml`. A complete `RuntimeConfig` is a valid input and comes out unchanged.
 */
export interface RuntimeConfigInput {
  readonly rateLimiting?: RateLimitingInput | undefined;
  readonly retry?: RetryInput | undefined;
  readonly healthChecks?: HealthChecksInput | undefined;
  /** For every operation listed in `operations`. `enabled: false` switches the breakers of all of them off. */
  readonly circuitBreaker?: CircuitBreakerInput | undefined;
  /** For every operation listed in `operations`. */
  readonly bulkhead?: BulkheadInput | undefined;
  /** For every operation listed in `operations`. */
  readonly hedge?: HedgeInput | undefined;
  /** For every operation listed in `operations`. */
  readonly timeout?: TimeoutInput | undefined;
  readonly operations?: Named<OperationInput> | undefined;
  /** For every operation. Rules given to `createBridge` and those of the operation go before, the built-in tables after them. */
  readonly errorRules?: ErrorRulesInput | undefined;
  readonly upstreams?: readonly (UpstreamInput | undefined)[] | undefined;
  readonly admin?: Optional<AdminConfig> | undefined;
  readonly shutdown?: Optional<ShutdownConfig> | undefined;
  readonly telemetry?: TelemetryInput | undefined;
  readonly patches?: PatchesInput | undefined;
}
