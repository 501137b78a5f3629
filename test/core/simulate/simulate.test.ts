import type { RuntimeConfigInput } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import type { OperationReport } from '../../../packages/core/src/simulate/report.ts';
import { type SimulateOptions, simulate } from '../../../packages/core/src/simulate/simulate.ts';
import type { OperationLoad } from '../../../packages/core/src/simulate/workload.ts';
import { type OperationInput, plainRetry } from '../../support/bridges.ts';

const NO_OUTCOMES = { success: 0, error: 0, throttled: 0, rejected: 0, timeout: 0, cancelled: 0 };

async function simulateOne(
  operation: OperationInput,
  load: Omit<OperationLoad, 'operation'>,
  options?: SimulateOptions,
  more: RuntimeConfigInput = {},
): Promise<OperationReport> {
  const config = { ...more, operations: { op: operation } };
  const { operations } = await simulate(config, [{ operation: 'op', ...load }], options);
  return operations[0] ?? expect.fail();
}

describe('a simulated workload', () => {
  it('is told in full', async () => {
    const { seed, durationMs, operations } = await simulate({ operations: { op: { retry: plainRetry } } }, [
      {
        operation: 'op',
        arrivals: [0, 1, 2],
        latencyMs: 50,
        failures: [{ fromSeconds: 0.9, toSeconds: 1.1, status: 503 }],
      },
    ]);
    expect({ seed, durationMs }).toEqual({ seed: 1, durationMs: 2_050 });
    expect(operations).toEqual([
      {
        operation: 'op',
        calls: 3,
        admitted: 3,
        outcomes: { ...NO_OUTCOMES, success: 3 },
        unfinished: 0,
        attempts: 4,
        retried: 1,
        hedged: 0,
        amplification: 4 / 3,
        latencyMs: { p50: 50, p95: 200, p99: 200 },
        timeMs: { limiter: 0, queue: 0, attempt: 200, backoff: 100 },
        breaker: { transitions: [], openMs: 0 },
        upstream: { peakConcurrency: 1, peakQueue: 0 },
      },
    ]);
  });

  it('is throttled as the limit says, key by key', async () => {
    const rateLimit = { capacity: 10, windowSeconds: 10 };
    const arrivals = Array.from({ length: 200 }, (_, index) => index / 10);
    const together = await simulateOne({ rateLimit }, { arrivals, latencyMs: 1 });
    // 10 at once and one a second: the bucket is empty after 11 calls, and 19 seconds are left.
    expect(together).toMatchObject({ calls: 200, admitted: 29, outcomes: { success: 29, throttled: 171 } });
    const apart = await simulateOne({ rateLimit }, { arrivals, latencyMs: 1, keys: 100 });
    expect(apart.outcomes.throttled).toBe(0);
  });

  it('waits in the queue of the bulkhead and is refused when that is full', async () => {
    const report = await simulateOne(
      { bulkhead: { limit: 1, queue: 2 } },
      { arrivals: [0, 0, 0, 0, 0], latencyMs: 100 },
    );
    expect(report).toMatchObject({
      outcomes: { success: 3, rejected: 2 },
      latencyMs: { p50: 200, p95: 300 },
      timeMs: { queue: 300, attempt: 300 },
      upstream: { peakConcurrency: 1, peakQueue: 0 },
    });
  });

  it('waits at an upstream that serves a few at once', async () => {
    const report = await simulateOne({}, { arrivals: [0, 0, 0, 0], latencyMs: 100, concurrencyLimit: 2 });
    expect(report).toMatchObject({
      latencyMs: { p50: 100, p99: 200 },
      timeMs: { queue: 0, attempt: 600 },
      upstream: { peakConcurrency: 2, peakQueue: 2 },
    });
  });

  it('leaves the upstream when it times out, also while it waits there', async () => {
    const report = await simulateOne(
      { timeout: { attemptMs: 150 } },
      { arrivals: [0, 0, 0.2], latencyMs: 100, concurrencyLimit: 1 },
    );
    expect(report).toMatchObject({ outcomes: { success: 2, timeout: 1 }, latencyMs: { p50: 100, p99: 150 } });
  });

  it('opens the circuit in an outage, and closes it after', async () => {
    const report = await simulateOne(
      { circuitBreaker: { consecutiveFailures: 5, openForMs: 2_000, halfOpenProbes: 1 } },
      {
        arrivals: Array.from({ length: 200 }, (_, index) => index / 10),
        latencyMs: 10,
        failures: [{ fromSeconds: 5, toSeconds: 8, code: 'ECONNREFUSED' }],
      },
    );
    expect(report.breaker.transitions.map(({ to }) => to)).toEqual([
      'open',
      'half_open',
      'open',
      'half_open',
      'closed',
    ]);
    expect(report.breaker.openMs).toBeGreaterThanOrEqual(4_000);
    expect(report.breaker.openMs).toBeLessThan(4_500);
    expect(report.outcomes.error).toBe(6);
    expect(report.attempts).toBe(200 - report.outcomes.rejected);
  });

  it('says what an upstream that hangs does without a timeout, and with one', async () => {
    const load = { arrivals: [0, 1], latencyMs: 10, failures: [{ toSeconds: 0.5, hang: true }] };
    expect(await simulateOne({}, load)).toMatchObject({ calls: 2, unfinished: 1, outcomes: { success: 1 } });
    expect(await simulateOne({ timeout: { attemptMs: 1_000 } }, load)).toMatchObject({
      unfinished: 0,
      outcomes: { success: 1, timeout: 1 },
    });
  });

  it('obeys Retry-After', async () => {
    const report = await simulateOne(
      { retry: plainRetry },
      { arrivals: [0], latencyMs: 0, failures: [{ toSeconds: 1, status: 429, retryAfterSeconds: 7 }] },
    );
    expect(report).toMatchObject({ outcomes: { success: 1 }, timeMs: { backoff: 7_000 } });
  });

  it('arrives at the rate and with the latencies that were asked for', async () => {
    const report = await simulateOne({}, { ratePerSecond: 50, durationSeconds: 200, latencyMs: { p50: 40, p95: 200 } });
    // Three standard deviations of a Poisson count of 10,000 are 300.
    expect(Math.abs(report.calls - 10_000)).toBeLessThan(300);
    expect(report.latencyMs?.p50).toBeGreaterThan(38);
    expect(report.latencyMs?.p50).toBeLessThan(42);
    expect(report.latencyMs?.p95).toBeGreaterThan(185);
    expect(report.latencyMs?.p95).toBeLessThan(215);
  });

  it('meets the same luck under another config, so that the difference is that of the configs', async () => {
    const load = {
      ratePerSecond: 20,
      durationSeconds: 60,
      latencyMs: { p50: 20, p95: 100 },
      failures: [{ ratio: 0.2, status: 503 }],
    };
    const bare = await simulateOne({}, load, { seed: 7 });
    const retried = await simulateOne({ retry: plainRetry, retryBudget: false }, load, { seed: 7 });
    expect(retried.calls).toBe(bare.calls);
    expect(retried.outcomes.error).toBeLessThan(bare.outcomes.error / 4);
    // Every call that failed without retries got at least one with them, and no other did.
    expect(retried.retried).toBeGreaterThanOrEqual(bare.outcomes.error);
    expect(retried.retried).toBeLessThan(bare.outcomes.error * 1.5);
  });

  it('shows what a retry budget does to an outage', async () => {
    const load = { ratePerSecond: 100, durationSeconds: 60, latencyMs: 5, failures: [{ status: 503 }] };
    const free = await simulateOne({ retry: plainRetry, retryBudget: false }, load);
    const thrifty = await simulateOne({ retry: plainRetry, retryBudget: { ratio: 0.1, minRetriesPerSecond: 0 } }, load);
    expect(free.amplification).toBeCloseTo(3, 1);
    expect(thrifty.amplification).toBeLessThan(1.15);
    expect(thrifty.amplification).toBeGreaterThan(1.05);
  });
});
