import type {
  AdaptiveLimitConfig,
  AdminConfig,
  BulkheadConfig,
  CircuitBreakerConfig,
  HealthChecksConfig,
  HealthProviderConfig,
  HedgeConfig,
  OperationRateLimitConfig,
  PatchesConfig,
  RateLimitConfig,
  RateLimitStoreConfig,
  RetryBudgetConfig,
  RetryPolicyConfig,
  ShutdownConfig,
  TelemetryConfig,
  TimeoutConfig,
} from './types.ts';

/** Limits of the operations every bridge knows. */
export const DEFAULT_RATE_LIMITS: Readonly<Record<string, RateLimitConfig>> = {
  search: { capacity: 30, windowSeconds: 60 },
  transform: { capacity: 10, windowSeconds: 60 },
  embed: { capacity: 60, windowSeconds: 60 },
  ai_generate: { capacity: 20, windowSeconds: 60 },
  health_check: { capacity: 100, windowSeconds: 60 },
};

/** How an operation's limit counts and acts unless it says otherwise. */
export const DEFAULT_RATE_LIMIT_USE: Omit<OperationRateLimitConfig, 'name' | 'capacity' | 'windowSeconds'> = {
  by: 'key',
  per: 'call',
  mode: 'enforce',
  maxWaitMs: 0,
  queue: 1000,
};

/** Most keys whose buckets are held at once. */
export const DEFAULT_MAX_KEYS: number = 100_000;

/** The table of buckets is laid out at the start, 28 bytes for each key: these are 2.8 GB. */
export const MOST_KEYS: number = 100_000_000;

/** Where limits are shared, unless it says otherwise. */
export const DEFAULT_RATE_LIMIT_STORE: RateLimitStoreConfig = {
  type: 'redis',
  url: null,
  cluster: false,
  onStoreError: 'local',
  expectedProcesses: 1,
  budgetMs: 50,
  leases: true,
  prefix: 'cb:',
};

/** The retry policies every bridge knows. */
export const DEFAULT_RETRY_POLICIES: Readonly<
  Record<'default' | 'expensive' | 'quick' | 'conservative', RetryPolicyConfig>
> = {
  default: { maxAttempts: 3, baseDelayMs: 500, maxDelayMs: 5000, exponentialBase: 2, jitter: 'original' },
  expensive: { maxAttempts: 5, baseDelayMs: 1000, maxDelayMs: 10_000, exponentialBase: 2, jitter: 'original' },
  quick: { maxAttempts: 2, baseDelayMs: 100, maxDelayMs: 1000, exponentialBase: 2, jitter: 'original' },
  conservative: { maxAttempts: 3, baseDelayMs: 2000, maxDelayMs: 30_000, exponentialBase: 3, jitter: 'original' },
};

export const DEFAULT_RETRYABLE_CODES: readonly number[] = [429, 500, 502, 503, 504];

export const DEFAULT_RETRY_BUDGET: RetryBudgetConfig = { ratio: 0.2, minRetriesPerSecond: 10 };

export const DEFAULT_CIRCUIT_BREAKER: CircuitBreakerConfig = {
  consecutiveFailures: null,
  countWindow: null,
  failureRatio: 0.5,
  minimumCalls: 10,
  windowMs: 30_000,
  openForMs: 30_000,
  halfOpenProbes: 1,
  slowCallMs: null,
  slowCallRatio: 0.5,
  per: 'operation',
  maxTargets: 1000,
  mode: 'enforce',
};

/** `limit` has no default: only the user knows what an upstream bears. */
export const DEFAULT_BULKHEAD: Omit<BulkheadConfig, 'limit'> = {
  queue: 0,
  queueTimeoutMs: null,
  adaptive: null,
  mode: 'enforce',
};

/** `maxLimit` is ten times the limit that the bulkhead starts with. */
export const DEFAULT_ADAPTIVE_LIMIT: Omit<AdaptiveLimitConfig, 'maxLimit'> = {
  algorithm: 'gradient',
  minLimit: 1,
  maxHealthyLatencyMs: null,
};

export const ADAPTIVE_HEADROOM: number = 10;

/** When to hedge has no default: it depends on how fast the upstream usually is. */
export const DEFAULT_HEDGE: HedgeConfig = { delayMs: null, quantile: null, maxHedges: 1, mode: 'enforce' };

export const NO_TIMEOUT: TimeoutConfig = { totalMs: null, attemptMs: null, mode: 'enforce' };

export const DEFAULT_HEALTH_CHECKS: HealthChecksConfig = {
  enabled: true,
  intervalMs: 30_000,
  timeoutMs: 10_000,
  failureThreshold: 3,
  successThreshold: 1,
  minimumDwellMs: 0,
  flapping: { windowMs: 600_000, transitions: 5 },
  providers: {},
  degradedMode: { continueOnDegraded: true, disableFeatures: [] },
};

/** What a check of one provider is unless it says otherwise; times and thresholds come from `health_checks`. */
export const DEFAULT_HEALTH_PROVIDER: Pick<HealthProviderConfig, 'enabled' | 'checkType'> = {
  enabled: true,
  checkType: 'ping',
};

export const DEFAULT_HTTP_CHECK_METHOD: string = 'GET';

export const DEFAULT_ADMIN: AdminConfig = {
  enabled: true,
  host: '127.0.0.1',
  port: 9464,
  livenessLimitMs: 30_000,
  readinessLimitMs: 5000,
  allowedHosts: [],
};

export const DEFAULT_SHUTDOWN: ShutdownConfig = { drainLimitMs: 10_000, delayMs: 0 };

export const DEFAULT_TELEMETRY: TelemetryConfig = {
  sampling: { keepSlowerThanMs: 5000, keepWhatHurts: true },
  recordKey: false,
  genAi: true,
  logLevel: 'warn',
};

/** HTTP clients go by the upstreams. */
export const DEFAULT_PATCHES: PatchesConfig = {
  fetch: { operation: null },
  undici: { operation: null },
  openai: { operation: null },
  '@anthropic-ai/sdk': { operation: null },
  pg: { operation: 'db.query' },
  mysql2: { operation: 'db.query' },
  ioredis: { operation: 'redis.command' },
};
