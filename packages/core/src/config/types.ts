import type { ErrorRule } from '../classification/error-rule.ts';
import type { PolicyMode } from '../observer.ts';
import type { AdminConfig, PatchesConfig, ShutdownConfig, TelemetryConfig } from './agent-types.ts';
import type { HealthChecksConfig } from './health-types.ts';

export type * from './agent-types.ts';
export type * from './health-types.ts';

/** A token bucket: `capacity` at once, then `capacity` per `windowSeconds`, continuously refilled. */
export interface RateLimitConfig {
  /** Tokens, above 0. */
  readonly capacity: number;
  /** Seconds in which an empty bucket fills, above 0. */
  readonly windowSeconds: number;
}

export interface OperationRateLimitConfig extends RateLimitConfig {
  /** What the limit is called in telemetry. Default: the name of the operation. */
  readonly name: string;
  /**
   * What has a bucket of its own: `key`, whatever key the call gives (default); the name of a part, for calls whose key has
   * several (`{ user, org }`); or `global`, all calls together.
   */
  readonly by: string;
  /** What takes a token: fairness limits count calls (default), provider limits count attempts. */
  readonly per: 'call' | 'attempt';
  readonly mode: PolicyMode;
  /** Longest a call waits for its tokens, first come first served within its key. Default 0: it is refused at once. */
  readonly maxWaitMs: number;
  /** Calls of one key that may wait. Default 1,000. */
  readonly queue: number;
  /** False keeps the limit to this process, although `rateLimiting.store` shares the others. Default true. */
  readonly shared?: boolean;
}

/** Where the processes of a fleet keep the limits that they share. */
export interface RateLimitStoreConfig {
  /** Redis from 6.2 on, or Valkey. */
  readonly type: 'redis';
  /** Of the server: `redis://` or `rediss://`. The agent connects to it; in code a client is handed in. Null: none. */
  readonly url: string | null;
  /** Whether the server is one of a cluster. Default false. */
  readonly cluster: boolean;
  /** What decides while the store does not: a share of the capacity for each process (default), yes to everybody, or no. */
  readonly onStoreError: 'local' | 'allow' | 'deny';
  /** Processes that share the limits: in mode `local` each has its part of the capacity. Default 1. */
  readonly expectedProcesses: number;
  /** Milliseconds in which the store must decide. Default 50. */
  readonly budgetMs: number;
  /** Whether tokens of hot keys are leased in advance. Default true. */
  readonly leases: boolean;
  /** What the names of all keys in the store begin with. Default `cb:`. */
  readonly prefix: string;
}

export interface RateLimitingConfig {
  /** Default true; false lets everything pass. */
  readonly enabled: boolean;
  /** Limit of each operation by name. */
  readonly defaults: Readonly<Record<string, RateLimitConfig>>;
  /** Limits that replace the default, by key (`user:12345`) or key prefix (`org:premium`), then by operation. */
  readonly overrides: Readonly<Record<string, Readonly<Record<string, RateLimitConfig>>>>;
  /** Most keys whose buckets are held at once, in all limits together. Default 100,000, at most 100 million; each takes 28 bytes. */
  readonly maxKeys: number;
  /** With it all limits are shared that do not say otherwise. Absent: each process has limits of its own. */
  readonly store?: RateLimitStoreConfig;
}

/** `original` is ±50 %; `full` is 0 to the whole delay; `decorrelated` grows from the previous delay. */
export type JitterKind = 'original' | 'full' | 'decorrelated' | 'none';

export interface RetryPolicyConfig {
  /** Total tries, the first included. */
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  /** No wait of ours is longer, jitter included. A server's `Retry-After` may be. */
  readonly maxDelayMs: number;
  readonly exponentialBase: number;
  readonly jitter: JitterKind;
}

export interface OperationRetryConfig extends RetryPolicyConfig {
  readonly mode: PolicyMode;
}

export interface RetryBudgetConfig {
  /** Retries allowed as a share of calls, 0 to 1. Default 0.2. */
  readonly ratio: number;
  /** Retries per second that are always allowed. Default 10. */
  readonly minRetriesPerSecond: number;
}

export interface RetryConfig {
  /** Default true; false makes every call a single attempt. */
  readonly enabled: boolean;
  /** `default`, `expensive`, `quick`, `conservative` and the user's own. */
  readonly policies: Readonly<Record<string, RetryPolicyConfig>>;
  /** HTTP statuses that are worth another try. */
  readonly retryableCodes: readonly number[];
  /** Of each operation; null switches it off. */
  readonly budget: RetryBudgetConfig | null;
}

export interface CircuitBreakerConfig {
  /** Failures in a row that open the circuit. Null: the failure ratio decides. */
  readonly consecutiveFailures: number | null;
  /** Attempts that the ratio looks back on, instead of a time. Null: `windowMs` decides. */
  readonly countWindow: number | null;
  /** Share of failed attempts in the window that opens the circuit, above 0 up to 1. */
  readonly failureRatio: number;
  /** Attempts the window must hold before the ratio counts. */
  readonly minimumCalls: number;
  readonly windowMs: number;
  /** How long the circuit stays open before it admits probes. */
  readonly openForMs: number;
  /** Probes admitted at once while half-open, and successes needed to close. */
  readonly halfOpenProbes: number;
  /** Attempts that take longer are slow. Null: slowness does not open the circuit. */
  readonly slowCallMs: number | null;
  /** Share of slow attempts in the window that opens the circuit, above 0 up to 1. */
  readonly slowCallRatio: number;
  /** What has a breaker of its own: the operation (default), or each target of its calls (the host of an HTTP request, say). */
  readonly per: 'operation' | 'target';
  /** Breakers of targets held at once; beyond it only idle, closed ones are dropped. Default 1,000. */
  readonly maxTargets: number;
  readonly mode: PolicyMode;
}

/** A bulkhead whose limit follows what the callee bears. `limit` of the bulkhead is where it starts. */
export interface AdaptiveLimitConfig {
  /** `gradient` compares recent latency with the best that was seen; `aimd` adds one per limit-full of successes and cuts after overload. */
  readonly algorithm: 'gradient' | 'aimd';
  readonly minLimit: number;
  readonly maxLimit: number;
  /** Latency that is never taken for healthy, so that a long incident cannot become the new normal. Null: no bound. */
  readonly maxHealthyLatencyMs: number | null;
}

export interface BulkheadConfig {
  /** Calls that run at once. */
  readonly limit: number;
  /** Calls that may wait for a slot. Default 0. */
  readonly queue: number;
  /** Longest wait for a slot. Null: only the deadline limits it. */
  readonly queueTimeoutMs: number | null;
  /** Null: the limit is fixed. */
  readonly adaptive: AdaptiveLimitConfig | null;
  readonly mode: PolicyMode;
}

/** A second attempt beside one that takes long; the first answer wins and the other attempt is aborted. */
export interface HedgeConfig {
  /** Wait before the hedge. Null: `quantile` decides. */
  readonly delayMs: number | null;
  /** Wait for as long as this share of recent attempts took, above 0 and below 1. Null: `delayMs` decides. */
  readonly quantile: number | null;
  /** Hedges per call. Default 1. */
  readonly maxHedges: number;
  readonly mode: PolicyMode;
}

export interface TimeoutConfig {
  /** Bounds the whole call: queue, attempts and backoff. Null: none. */
  readonly totalMs: number | null;
  /** Bounds each attempt. Null: none. */
  readonly attemptMs: number | null;
  readonly mode: PolicyMode;
}

/** A rule about errors. Its name is where it stands (`error_rules[0]`) unless it has one of its own. */
export interface ErrorRuleConfig extends ErrorRule {
  readonly name: string;
}

/** The policies of one operation. Null means that the operation does not have that policy. */
export interface OperationConfig {
  readonly rateLimit: OperationRateLimitConfig | null;
  /** Further limits. A call is charged by all of its limits, or refused and charged by none. */
  readonly rateLimits: readonly OperationRateLimitConfig[];
  /** False when the config says so: wrappers that have a policy of their own for operations without one do not use it then. */
  readonly retry: OperationRetryConfig | false | null;
  /** Shared by retries and hedges. */
  readonly retryBudget: RetryBudgetConfig | null;
  readonly hedge: HedgeConfig | null;
  readonly circuitBreaker: CircuitBreakerConfig | null;
  readonly bulkhead: BulkheadConfig | null;
  readonly timeout: TimeoutConfig;
  /** What errors of this operation mean; asked before those of {@link RuntimeConfig}. Left out when there are none. */
  readonly errorRules?: readonly ErrorRuleConfig[];
}

/** Which outgoing HTTP requests belong to an operation. The first rule that matches wins. */
export interface UpstreamRule {
  readonly match: {
    /** `api.openai.com`, `*.example.com`, with `:port` to be exact. Null matches every host. */
    readonly host: string | null;
    /** `/v1/chat/*` (`*` stays inside a segment, `**` crosses them). Null matches every path. */
    readonly path: string | null;
    /** Upper case. Null matches every method. */
    readonly methods: readonly string[] | null;
  };
  readonly operation: string;
  /**
   * Whether a request may be sent again after a failure that leaves open whether the upstream acted on the first.
   * `auto`: safe and idempotent methods, requests with an `Idempotency-Key`, and AI SDKs (which repeat their own requests).
   */
  readonly idempotent: boolean | 'auto';
}

/** The `runtime:` section of `crossbridge.yml`, validated, in milliseconds, with every default filled in. */
export interface RuntimeConfig {
  readonly rateLimiting: RateLimitingConfig;
  readonly retry: RetryConfig;
  readonly healthChecks: HealthChecksConfig;
  /** Every configured operation, those of `rateLimiting.defaults` included. */
  readonly operations: Readonly<Record<string, OperationConfig>>;
  /** What errors of every operation mean, where the built-in tables say something else or nothing. The first that matches wins. */
  readonly errorRules: readonly ErrorRuleConfig[];
  readonly upstreams: readonly UpstreamRule[];
  readonly admin: AdminConfig;
  readonly shutdown: ShutdownConfig;
  readonly telemetry: TelemetryConfig;
  readonly patches: PatchesConfig;
}
