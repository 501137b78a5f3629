import type {
  BulkheadConfig,
  CircuitBreakerConfig,
  HedgeConfig,
  OperationConfig,
  OperationRateLimitConfig,
  OperationRetryConfig,
  RetryBudgetConfig,
  RetryPolicyConfig,
  TimeoutConfig,
} from '@crossbridge/core/config';
import fc from 'fast-check';

/** What the callee does with one attempt. */
export interface Behaviour {
  readonly kind: 'answer' | 'fail' | 'throw';
  /** 0: in the same turn. */
  readonly afterMs: number;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** What it does when its signal aborts: pays no heed, rejects with the reason, or with an error of its own. */
  readonly onAbort: 'ignore' | 'reason' | 'own';
}

export interface CallPlan {
  readonly startAtMs: number;
  /** From the start of the call; 0 is before it. */
  readonly abortAfterMs: number | undefined;
  readonly deadlineMs: number | undefined;
  readonly maxAttempts: number | undefined;
  /** The policy that it brings in the place of the operation's. */
  readonly retry: RetryPolicyConfig | false | undefined;
  readonly idempotent: boolean;
  readonly cost: number;
  readonly fallback: 'none' | 'value' | 'function' | 'throws';
  /** Of the attempts in turn; the last one goes for all that follow. */
  readonly script: readonly Behaviour[];
}

export interface World {
  readonly policies: OperationConfig;
  readonly calls: readonly CallPlan[];
  /** Whether timeouts of one length have one timer, as on the clock of the system. */
  readonly sharesTimers: boolean;
  /** Other policies from then on. */
  readonly reload?: { readonly atMs: number; readonly policies: OperationConfig };
}

const mode = fc.constantFrom('enforce' as const, 'enforce' as const, 'enforce' as const, 'shadow' as const);
const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const maybe = <T>(value: fc.Arbitrary<T>, freq = 2): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq });
const ms = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: max / 10 }).map((tens) => tens * 10);
const positiveMs = (max: number): fc.Arbitrary<number> => ms(max).map((value) => Math.max(10, value));

const rateLimit: fc.Arbitrary<OperationRateLimitConfig> = fc.record({
  capacity: fc.integer({ min: 2, max: 6 }),
  windowSeconds: fc.integer({ min: 1, max: 5 }),
  name: fc.constant('op'),
  by: fc.constant('key'),
  per: fc.constantFrom('call' as const, 'attempt' as const),
  mode,
  maxWaitMs: fc.constantFrom(0, 0, 300, 5_000),
  queue: fc.integer({ min: 0, max: 3 }),
});

const retry: fc.Arbitrary<OperationRetryConfig> = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 4 }),
  baseDelayMs: ms(300),
  maxDelayMs: ms(1_000),
  exponentialBase: fc.constantFrom(1, 2, 3),
  jitter: fc.constantFrom('original' as const, 'full' as const, 'decorrelated' as const, 'none' as const),
  mode,
});

const retryBudget: fc.Arbitrary<RetryBudgetConfig> = fc.record({
  ratio: fc.constantFrom(0, 0.2, 1),
  minRetriesPerSecond: fc.constantFrom(0, 0.2, 10),
});

const circuitBreaker: fc.Arbitrary<CircuitBreakerConfig> = fc.record({
  consecutiveFailures: orNull(fc.integer({ min: 1, max: 3 })),
  countWindow: fc.constantFrom(null, 4),
  failureRatio: fc.constantFrom(0.3, 0.5, 1),
  minimumCalls: fc.integer({ min: 1, max: 4 }),
  windowMs: fc.constantFrom(500, 10_000),
  openForMs: positiveMs(1_000),
  halfOpenProbes: fc.integer({ min: 1, max: 3 }),
  slowCallMs: fc.constantFrom(null, null, 100),
  slowCallRatio: fc.constantFrom(0.5, 1),
  per: fc.constant('operation' as const),
  maxTargets: fc.constant(10),
  mode,
});

const bulkhead: fc.Arbitrary<BulkheadConfig> = fc.record({
  limit: fc.integer({ min: 1, max: 3 }),
  queue: fc.integer({ min: 0, max: 3 }),
  queueTimeoutMs: orNull(ms(300)),
  adaptive: fc.constant(null),
  mode,
});

const timeout: fc.Arbitrary<TimeoutConfig> = fc.record({
  totalMs: orNull(positiveMs(1_500)),
  attemptMs: orNull(positiveMs(500)),
  mode,
});

const hedge: fc.Arbitrary<HedgeConfig> = fc.record({
  delayMs: ms(200),
  quantile: fc.constant(null),
  maxHedges: fc.integer({ min: 1, max: 3 }),
  mode,
});

const policies: fc.Arbitrary<OperationConfig> = fc.record({
  rateLimit: orNull(rateLimit),
  rateLimits: fc.constant([]),
  retry: orNull(retry),
  retryBudget: orNull(retryBudget),
  hedge: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: hedge }),
  circuitBreaker: orNull(circuitBreaker),
  bulkhead: orNull(bulkhead),
  timeout,
});

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  kind: fc.constantFrom('answer' as const, 'fail' as const, 'fail' as const, 'throw' as const),
  // The last one hangs for longer than anybody waits.
  afterMs: fc.oneof(fc.constant(0), ms(600), fc.constant(100_000)),
  status: maybe(fc.constantFrom(400, 401, 404, 408, 429, 500, 503)),
  code: maybe(fc.constantFrom('ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', '40001', '23505', 'odd')),
  retryAfterSeconds: maybe(fc.constantFrom(0, 0.2, 1, 3_600), 3),
  onAbort: fc.constantFrom('ignore' as const, 'reason' as const, 'own' as const),
});

const ownRetry: fc.Arbitrary<RetryPolicyConfig> = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 6 }),
  baseDelayMs: ms(300),
  maxDelayMs: fc.constant(1_000),
  exponentialBase: fc.constantFrom(1, 2),
  jitter: fc.constantFrom('decorrelated' as const, 'none' as const),
});

const call: fc.Arbitrary<CallPlan> = fc.record({
  startAtMs: ms(1_500),
  abortAfterMs: maybe(ms(800)),
  deadlineMs: maybe(ms(1_000)),
  maxAttempts: maybe(fc.integer({ min: 1, max: 5 }), 4),
  retry: maybe(fc.oneof(fc.constant(false as const), ownRetry), 4),
  idempotent: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  cost: fc.constantFrom(0, 1, 1, 2),
  fallback: fc.constantFrom('none' as const, 'none' as const, 'value' as const, 'function' as const, 'throws' as const),
  script: fc.array(behaviour, { minLength: 1, maxLength: 4 }),
});

/** Any policies, any faults, any aborts and deadlines, several calls at once. */
export const anyWorld: fc.Arbitrary<World> = fc.record({
  policies,
  calls: fc.array(call, { minLength: 1, maxLength: 8 }),
  sharesTimers: fc.boolean(),
});

const FAILS_AT_ONCE: CallPlan = {
  startAtMs: 0,
  abortAfterMs: undefined,
  deadlineMs: undefined,
  maxAttempts: undefined,
  retry: undefined,
  idempotent: true,
  cost: 1,
  fallback: 'none',
  script: [{ kind: 'fail', afterMs: 0, status: 500, code: undefined, retryAfterSeconds: undefined, onAbort: 'ignore' }],
};

/** The same, and the policies change meanwhile. */
export const reloadedWorld: fc.Arbitrary<World> = fc.record({
  policies,
  calls: fc.array(call, { minLength: 1, maxLength: 8 }),
  sharesTimers: fc.boolean(),
  reload: fc.record({ atMs: ms(1_500), policies }),
});

/** Circuits that open at once and soon admit probes, which then meet a limit. */
export const fragileWorld: fc.Arbitrary<World> = fc.record({
  policies: fc.record({
    rateLimit: rateLimit.map((limit) => ({ ...limit, per: 'attempt' as const, mode: 'enforce' as const })),
    rateLimits: fc.constant([]),
    retry: fc.constant(null),
    retryBudget: fc.constant(null),
    hedge: fc.constant(null),
    circuitBreaker: circuitBreaker.map((breaker) => ({
      ...breaker,
      consecutiveFailures: 1,
      openForMs: 20_000,
      mode: 'enforce' as const,
    })),
    bulkhead: fc.constant(null),
    timeout: fc.constant({ totalMs: null, attemptMs: null, mode: 'enforce' as const }),
  }),
  sharesTimers: fc.boolean(),
  calls: fc
    .array(call, { minLength: 3, maxLength: 8 })
    // The first fails and opens the circuit; the others come when it is time for a probe, and there are more than tokens.
    .map((calls) =>
      calls.map((plan, index) => (index === 0 ? FAILS_AT_ONCE : { ...plan, startAtMs: 21_000, cost: 2 })),
    ),
});
