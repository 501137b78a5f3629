import type { RuntimeConfigInput } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../../packages/core/src/simulate/simulate.ts';
import { plainRetry } from '../../support/bridges.ts';
import { at, everyTenth, poisson, simulateOne } from './simulate-one.ts';

const NO_OUTCOMES = { success: 0, error: 0, throttled: 0, rejected: 0, timeout: 0, cancelled: 0 };

function same(p50: number, p90 = p50, p99 = p90): { p50: number; p90: number; p99: number } {
  return { p50, p90, p99 };
}

describe('a simulated workload', () => {
  it('is told in full', async () => {
    const report = await simulate(
      { operations: { op: { retry: plainRetry } } },
      [
        {
          operation: 'op',
          traffic: at(0, 1, 2),
          upstream: { latencyMs: 50, failures: [{ fromSeconds: 0.9, toSeconds: 1.1, status: 503 }] },
        },
      ],
      { points: 5 },
    );
    expect(report).toStrictEqual({
      seed: 1,
      durationMs: 2_050,
      bucketMs: 500,
      operations: [
        {
          operation: 'op',
          calls: 3,
          admitted: 3,
          outcomes: { ...NO_OUTCOMES, success: 3 },
          unfinished: 0,
          errorTypes: {},
          attempts: 4,
          retried: 1,
          hedged: 0,
          amplification: 4 / 3,
          latencyMs: {
            total: same(50, 200),
            limiter: same(0),
            queue: same(0),
            attempt: same(50, 100),
            backoff: same(0, 100),
          },
          timeMs: { limiter: 0, queue: 0, attempt: 200, backoff: 100 },
          policies: {
            limits: [],
            bulkhead: null,
            circuitBreaker: null,
            retry: { mode: 'enforce', decisions: { retried: 1 } },
            hedge: null,
            timeout: null,
          },
          targets: [],
          upstream: { peakConcurrency: 1, peakQueue: 0, overQuota: 0, shed: 0, abandoned: 0 },
          series: {
            calls: [1, 0, 1, 0, 1],
            attempts: [1, 0, 2, 0, 1],
            repeated: [0, 0, 1, 0, 0],
            outcomes: {
              success: [1, 0, 1, 0, 1],
              error: [0, 0, 0, 0, 0],
              throttled: [0, 0, 0, 0, 0],
              rejected: [0, 0, 0, 0, 0],
              timeout: [0, 0, 0, 0, 0],
              cancelled: [0, 0, 0, 0, 0],
            },
            latencyMs: { p50: [50, null, 200, null, 50], p99: [50, null, 200, null, 50] },
          },
        },
      ],
    });
  });

  it('says what an upstream that hangs does without a timeout, and with one', async () => {
    const load = { traffic: at(0, 1), upstream: { latencyMs: 10, failures: [{ toSeconds: 0.5, hang: true }] } };
    expect(await simulateOne({}, load)).toMatchObject({ calls: 2, unfinished: 1, outcomes: { success: 1 } });
    expect(await simulateOne({ timeout: { attemptMs: 1_000 } }, load)).toMatchObject({
      unfinished: 0,
      outcomes: { success: 1, timeout: 1 },
      policies: { timeout: { mode: 'enforce', attempt: 1, total: 0 } },
    });
  });

  it('lasts until the last attempt, also one that hangs', async () => {
    const { durationMs } = await simulate({ operations: { op: { retry: plainRetry } } }, [
      {
        operation: 'op',
        traffic: at(0),
        upstream: { latencyMs: 50, failures: [{ toSeconds: 0.05, status: 503 }, { hang: true }] },
      },
    ]);
    expect(durationMs).toBe(150);
  });

  it('may take days', async () => {
    const days = 86_400;
    const { calls, outcomes } = await simulateOne(
      {},
      { traffic: at(0, 2 * days, 3 * days), upstream: { latencyMs: 1 } },
    );
    expect([calls, outcomes.success]).toEqual([3, 3]);
  });

  it('obeys Retry-After', async () => {
    const report = await simulateOne(
      { retry: plainRetry },
      {
        traffic: at(0),
        upstream: { latencyMs: 0, failures: [{ toSeconds: 1, status: 429, retryAfterSeconds: 7 }] },
      },
    );
    expect(report).toMatchObject({ outcomes: { success: 1 }, timeMs: { backoff: 7_000 } });
  });

  it('meets the same luck under another config, so that the difference is that of the configs', async () => {
    const load = {
      traffic: poisson(20, 60),
      upstream: { latencyMs: { p50: 20, p99: 100 }, failures: [{ ratio: 0.2, status: 503 }] },
    };
    const bare = await simulateOne({}, load, { seed: 7 });
    const retried = await simulateOne({ retry: plainRetry, retryBudget: false }, load, { seed: 7 });
    expect(retried.calls).toBe(bare.calls);
    expect(retried.outcomes.error).toBeLessThan(bare.outcomes.error / 4);
    // Every call that failed without retries got at least one with them, and no other did.
    expect(retried.retried).toBeGreaterThanOrEqual(bare.outcomes.error);
    expect(retried.retried).toBeLessThan(bare.outcomes.error * 1.5);
  });

  it('differs for another seed', async () => {
    const load = { traffic: poisson(20, 10), upstream: { latencyMs: { p50: 10, p99: 50 } } };
    const [one, two] = await Promise.all([1, 2].map((seed) => simulateOne({}, load, { seed })));
    expect(one).not.toEqual(two);
  });

  it('has callers that give up, which is no failure of the callee', async () => {
    const report = await simulateOne(
      { circuitBreaker: { consecutiveFailures: 1, openForMs: 60_000 } },
      { traffic: everyTenth(20), upstream: { latencyMs: { min: 50, max: 150 } }, patienceMs: 100 },
    );
    expect(report.outcomes.cancelled).toBeGreaterThan(4);
    expect(report.outcomes.success).toBe(20 - report.outcomes.cancelled);
    expect(report.errorTypes).toEqual({ cancelled: report.outcomes.cancelled });
    expect(report.upstream?.abandoned).toBe(report.outcomes.cancelled);
    expect(report.policies.circuitBreaker?.transitions).toEqual([]);
  });

  it('lets a stream of traffic have callers of its own', async () => {
    const report = await simulateOne(
      { rateLimit: { capacity: 5, windowSeconds: 3_600 } },
      {
        traffic: [everyTenth(4), { ...everyTenth(50), keys: ['wild'], patienceMs: 20, startSeconds: 0.05 }],
        keys: ['tame'],
        upstream: { latencyMs: 50 },
      },
    );
    expect(report.outcomes).toEqual({ ...NO_OUTCOMES, success: 4, cancelled: 5, throttled: 45 });
  });

  it('counts calls that cost more than a limit holds as errors', async () => {
    const report = await simulateOne(
      { rateLimit: { capacity: 5, windowSeconds: 1 } },
      { traffic: at(0, 10), cost: 6, upstream: { latencyMs: 50 } },
    );
    expect(report).toMatchObject({ admitted: 0, attempts: 0, amplification: 0, errorTypes: { invalid_argument: 2 } });
  });

  it('of no calls says so', async () => {
    const report = await simulate({ operations: { op: {} } }, [
      { operation: 'op', traffic: at(), upstream: { latencyMs: 1 } },
    ]);
    expect(report).toMatchObject({ durationMs: 0, bucketMs: 1, operations: [{ calls: 0, latencyMs: null }] });
  });

  it('may have everything at once, as in the documentation', async () => {
    const config: RuntimeConfigInput = {
      operations: {
        quote: {
          rateLimits: [
            { by: 'user', capacity: 20, windowSeconds: 10 },
            { by: 'org', capacity: 500, windowSeconds: 10, mode: 'shadow' },
          ],
          retry: 'quick',
          circuitBreaker: { per: 'target' },
          timeout: { attemptMs: 500 },
        },
      },
    };
    const { operations, durationMs } = await simulate(config, [
      {
        operation: 'quote',
        keys: { parts: { user: { count: 1_000, zipf: 1.1 }, org: { count: 20, of: 'user' } } },
        traffic: [
          { shape: 'ramp', fromPerSecond: 10, toPerSecond: 60, durationSeconds: 120 },
          { shape: 'bursts', size: 100, everySeconds: 30, durationSeconds: 120, keys: [{ user: 'cron', org: '3' }] },
        ],
        targets: {
          'eu.example.com': { weight: 3, latencyMs: { p50: 40, p99: 300 }, concurrencyLimit: 20 },
          'us.example.com': { latencyMs: 90, failures: [{ fromSeconds: 30, toSeconds: 60, code: 'ECONNREFUSED' }] },
        },
      },
    ]);
    const report = operations[0] ?? expect.fail();
    const [eu, us] = report.targets;
    expect(durationMs).toBeGreaterThan(119_000);
    // A ramp of some 4,200 calls, and of each burst of 100 the 20 that one user may.
    expect(Math.abs(report.calls - 4_600)).toBeLessThan(200);
    expect(report.outcomes.throttled).toBeGreaterThanOrEqual(4 * 80);
    expect(eu?.outcomes.rejected).toBe(0);
    expect(us?.outcomes.rejected).toBeGreaterThan(100);
  });
});
