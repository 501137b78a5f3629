import type { RuntimeConfigInput } from '@crossbridge/core/config';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../../packages/core/src/simulate/simulate.ts';
import type { FailureWindow, OperationLoad } from '../../../packages/core/src/simulate/workload.ts';
import type { OperationInput } from '../../support/bridges.ts';
import { measure } from './measure.ts';

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const int = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

const operation: fc.Arbitrary<OperationInput> = fc.record({
  rateLimit: maybe(
    fc.record({
      capacity: int(2, 20),
      windowSeconds: int(1, 5),
      per: fc.constantFrom('call' as const, 'attempt' as const),
      maxWaitMs: fc.constantFrom(0, 500),
    }),
  ),
  retry: maybe(
    fc.record({
      maxAttempts: int(1, 4),
      baseDelayMs: int(0, 300),
      maxDelayMs: fc.constant(1_000),
      jitter: fc.boolean(),
    }),
  ),
  circuitBreaker: maybe(
    fc.record({ consecutiveFailures: int(1, 4), openForMs: int(100, 2_000), halfOpenProbes: int(1, 3) }),
  ),
  bulkhead: maybe(fc.record({ limit: int(1, 4), queue: int(0, 4), queueTimeoutMs: maybe(int(10, 500)) })),
  hedge: maybe(fc.record({ delayMs: int(1, 200), maxHedges: int(1, 2) })),
  timeout: fc.record({ attemptMs: maybe(int(20, 400)), totalMs: maybe(int(400, 1_500)) }),
});

const failure: fc.Arbitrary<FailureWindow> = fc
  .record({
    fromSeconds: int(0, 3),
    seconds: int(1, 5),
    ratio: fc.constantFrom(0.2, 0.5, 1),
    how: fc.constantFrom(
      { status: 503 },
      { status: 429, retryAfterSeconds: 0.5 },
      { status: 400 },
      { code: 'ECONNRESET' },
      { hang: true },
    ),
  })
  .map(({ fromSeconds, seconds, ratio, how }) => ({ fromSeconds, toSeconds: fromSeconds + seconds, ratio, ...how }));

const load: fc.Arbitrary<Omit<OperationLoad, 'operation'>> = fc.record({
  ratePerSecond: int(1, 15),
  durationSeconds: int(1, 5),
  keys: fc.constantFrom(undefined, 3, ['a', 'b']),
  cost: fc.constantFrom(undefined, 1, 2),
  deadlineMs: maybe(int(0, 1_000)),
  idempotent: maybe(fc.boolean()),
  latencyMs: fc.oneof(int(0, 200), fc.constant({ p50: 20, p95: 200 })),
  failures: fc.array(failure, { maxLength: 2 }),
  concurrencyLimit: maybe(int(1, 3)),
});

interface Scenario {
  readonly config: RuntimeConfigInput;
  readonly workload: readonly OperationLoad[];
  readonly seed: number;
}

const scenario: fc.Arbitrary<Scenario> = fc
  .record({ operations: fc.array(fc.tuple(operation, load), { minLength: 1, maxLength: 2 }), seed: int(0, 1_000) })
  .map(({ operations, seed }) => ({
    config: { operations: Object.fromEntries(operations.map(([policies], index) => [`op${index}`, policies])) },
    workload: operations.map(([, each], index) => ({ operation: `op${index}`, ...each })),
    seed,
  }));

describe('any simulation', () => {
  it('reports what a watched bridge would have shown', () =>
    fc.assert(
      fc.asyncProperty(scenario, async ({ config, workload, seed }) => {
        const { operations } = await simulate(config, workload, { seed });
        const measured = await measure(config, workload, seed);
        expect(operations).toEqual(measured);
      }),
      { numRuns: 100 },
    ));

  it('adds up, and is the same for the same seed', () =>
    fc.assert(
      fc.asyncProperty(scenario, async ({ config, workload, seed }) => {
        const report = await simulate(config, workload, { seed });
        expect(await simulate(config, workload, { seed })).toEqual(report);
        for (const { calls, outcomes, unfinished, attempts, admitted, retried, hedged, ...rest } of report.operations) {
          expect(Object.values(outcomes).reduce((sum, count) => sum + count, unfinished)).toBe(calls);
          expect(admitted + retried + hedged).toBe(attempts);
          expect(rest.breaker.openMs).toBeLessThanOrEqual(report.durationMs);
          const { concurrencyLimit = Number.POSITIVE_INFINITY } =
            workload.find((each) => each.operation === rest.operation) ?? {};
          expect(rest.upstream.peakConcurrency).toBeLessThanOrEqual(concurrencyLimit);
        }
      }),
      { numRuns: 100 },
    ));

  it('differs for another seed', async () => {
    const config = { operations: { op: {} } };
    const workload = [{ operation: 'op', ratePerSecond: 20, durationSeconds: 10, latencyMs: { p50: 10, p95: 50 } }];
    const [one, two] = await Promise.all([1, 2].map((seed) => simulate(config, workload, { seed })));
    expect(one?.operations).not.toEqual(two?.operations);
  });
});
