import type { OperationInput, RuntimeConfigInput } from '@crossbridge/core/config';
import fc from 'fast-check';
import type {
  FailureWindow,
  OperationLoad,
  Traffic,
  UpstreamLoad,
} from '../../../packages/core/src/simulate/workload.ts';

export interface Scenario {
  readonly config: RuntimeConfigInput;
  readonly workload: readonly OperationLoad[];
  readonly seed: number;
}

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const int = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const mode = fc.constantFrom('enforce' as const, 'enforce' as const, 'shadow' as const);

const limit = fc.record({
  capacity: int(2, 20),
  windowSeconds: int(1, 5),
  by: fc.constantFrom('key', 'user', 'org', 'global'),
  per: fc.constantFrom('call' as const, 'attempt' as const),
  maxWaitMs: fc.constantFrom(0, 500),
  mode,
});

const operation: fc.Arbitrary<OperationInput> = fc.record({
  rateLimits: fc.array(limit, { maxLength: 2 }),
  retry: maybe(
    fc.record({
      maxAttempts: int(1, 4),
      baseDelayMs: int(0, 300),
      maxDelayMs: fc.constant(1_000),
      jitter: fc.boolean(),
      mode,
    }),
  ),
  retryBudget: fc.constantFrom(true, false, { ratio: 0.2, minRetriesPerSecond: 0 }),
  circuitBreaker: maybe(
    fc.record({
      consecutiveFailures: int(1, 4),
      openForMs: int(100, 2_000),
      halfOpenProbes: int(1, 3),
      per: fc.constantFrom('operation' as const, 'target' as const),
      mode,
    }),
  ),
  bulkhead: maybe(fc.record({ limit: int(1, 4), queue: int(0, 4), queueTimeoutMs: maybe(int(10, 500)), mode })),
  hedge: maybe(fc.record({ delayMs: int(1, 200), maxHedges: int(1, 2), mode })),
  timeout: fc.record({ attemptMs: maybe(int(20, 400)), totalMs: maybe(int(400, 1_500)), mode }),
});

const failure: fc.Arbitrary<FailureWindow> = fc
  .record({
    fromSeconds: int(0, 3),
    seconds: int(1, 5),
    ratio: fc.constantFrom(0.2, 0.5, 1),
    how: fc.constantFrom<FailureWindow>(
      { status: 503 },
      { status: 429, retryAfterSeconds: 0.5 },
      { status: 400, latencyMs: 1 },
      { code: 'ECONNRESET' },
      { hang: true },
      { latencyMs: { min: 200, max: 600 } },
    ),
  })
  .map(({ fromSeconds, seconds, ratio, how }) => ({ fromSeconds, toSeconds: fromSeconds + seconds, ratio, ...how }));

const upstream: fc.Arbitrary<UpstreamLoad> = fc
  .record({
    latencyMs: fc.oneof(int(0, 200), fc.constant({ p50: 20, p99: 200 }), fc.constant({ min: 5, max: 100 })),
    failures: fc.array(failure, { maxLength: 2 }),
    concurrencyLimit: maybe(int(1, 3)),
    queueLimit: maybe(int(0, 3)),
    quota: maybe(fc.constant({ capacity: 10, windowSeconds: 1 })),
    stopsOnAbort: fc.boolean(),
  })
  .map(({ queueLimit, ...load }) => (load.concurrencyLimit === undefined ? load : { ...load, queueLimit }));

const callers = fc.record({
  keys: fc.constantFrom<OperationLoad['keys']>(
    undefined,
    3,
    { count: 20, zipf: 1.2, prefix: 'user:' },
    ['user:1', { key: { user: '2', org: 'a' }, weight: 3 }],
    { parts: { user: { count: 5, zipf: 1 }, org: { count: 2, of: 'user' } } },
  ),
  cost: fc.constantFrom<OperationLoad['cost']>(undefined, 1, 2, { min: 0, max: 3 }, { p50: 1, p99: 10 }),
  deadlineMs: maybe(int(0, 1_000)),
  patienceMs: fc.constantFrom<OperationLoad['patienceMs']>(undefined, undefined, 300, { min: 0, max: 1_000 }),
  idempotent: maybe(fc.boolean()),
});

const shape: fc.Arbitrary<Traffic> = fc.oneof(
  fc.record({
    shape: fc.constantFrom('constant' as const, 'poisson' as const),
    ratePerSecond: int(1, 12),
    durationSeconds: int(1, 4),
    startSeconds: maybe(int(0, 2)),
  }),
  fc.record({
    shape: fc.constant('ramp' as const),
    fromPerSecond: int(0, 10),
    toPerSecond: int(0, 10),
    durationSeconds: int(1, 4),
  }),
  fc.record({
    shape: fc.constant('bursts' as const),
    size: int(1, 8),
    everySeconds: int(1, 2),
    overSeconds: fc.constantFrom(0, 1),
    durationSeconds: int(1, 4),
  }),
  fc.record({ shape: fc.constant('replay' as const), atSeconds: fc.array(int(0, 5), { maxLength: 10 }) }),
);

const traffic = fc.oneof(
  shape,
  fc.array(
    fc.tuple(shape, fc.boolean(), callers).map(([each, own, who]) => (own ? { ...each, ...who } : each)),
    { minLength: 1, maxLength: 2 },
  ),
);

const answers: fc.Arbitrary<Pick<OperationLoad, 'upstream' | 'targets'>> = fc.oneof(
  fc.record({ upstream }),
  fc.record({ targets: fc.record({ near: upstream, far: upstream.map((load) => ({ ...load, weight: 0.5 })) }) }),
);

const load = fc.tuple(traffic, callers, answers).map(([traffic, who, where]) => ({ traffic, ...who, ...where }));

function named(policies: OperationInput, index: number): OperationInput {
  return {
    ...policies,
    rateLimits: (policies.rateLimits ?? []).map((each, nth) => ({ ...each, name: `op${index}.${nth}` })),
  };
}

/** Any config with any workload, small enough to be watched call by call. */
export const scenarios: fc.Arbitrary<Scenario> = fc
  .record({ operations: fc.array(fc.tuple(operation, load), { minLength: 1, maxLength: 2 }), seed: int(0, 1_000) })
  .map(({ operations, seed }) => ({
    config: {
      operations: Object.fromEntries(operations.map(([policies], index) => [`op${index}`, named(policies, index)])),
    },
    workload: operations.map(([, each], index) => ({ operation: `op${index}`, ...each })),
    seed,
  }));
