import { describe, expect, it } from 'vitest';
import { plainRetry } from '../../support/bridges.ts';
import { at, everyTenth, poisson, simulateOne } from './simulate-one.ts';

describe('the policies in a simulation', () => {
  it('throttle as a limit says, key by key', async () => {
    const rateLimit = { capacity: 10, windowSeconds: 10 };
    const load = { traffic: everyTenth(200), upstream: { latencyMs: 1 } };
    const together = await simulateOne({ rateLimit }, load);
    // 10 at once and one a second: the bucket is empty after 11 calls, and 19 seconds are left.
    expect(together).toMatchObject({ calls: 200, admitted: 29, outcomes: { success: 29, throttled: 171 } });
    expect(together.policies.limits).toEqual([
      { name: 'op', mode: 'enforce', admitted: 29, throttled: 171, cancelled: 0, waited: 0, waitedMs: 0 },
    ]);
    const apart = await simulateOne({ rateLimit }, { ...load, keys: 100 });
    expect(apart.outcomes.throttled).toBe(0);
  });

  it('say what a limit in shadow mode would have throttled', async () => {
    const { outcomes, policies } = await simulateOne(
      { rateLimit: { capacity: 10, windowSeconds: 10, mode: 'shadow' } },
      { traffic: everyTenth(200), upstream: { latencyMs: 1 } },
    );
    expect(outcomes).toMatchObject({ success: 200, throttled: 0 });
    expect(policies.limits).toMatchObject([{ mode: 'shadow', admitted: 29, throttled: 171 }]);
  });

  it('understand keys of several parts, each limit its own part', async () => {
    const perUser = { by: 'user', capacity: 1, windowSeconds: 3_600 };
    const perOrg = { by: 'org', capacity: 30, windowSeconds: 3_600, mode: 'shadow' } as const;
    const { outcomes, policies } = await simulateOne(
      { rateLimits: [perUser, perOrg] },
      {
        traffic: everyTenth(2_000),
        keys: { parts: { user: 100, org: { count: 2, of: 'user' } } },
        upstream: { latencyMs: 1 },
      },
    );
    expect(outcomes).toMatchObject({ success: 100, throttled: 1_900 });
    // Of some 50 users each, so that their limit of one call each leaves more than the 30 that an organisation may.
    expect(policies.limits).toMatchObject([
      { name: 'op.user', admitted: 100, throttled: 1_900 },
      { name: 'op.org', mode: 'shadow' },
    ]);
    expect(policies.limits[1]?.throttled).toBeGreaterThan(0);
  });

  it('weigh calls by their cost', async () => {
    const { policies } = await simulateOne(
      { rateLimit: { capacity: 10, windowSeconds: 3_600 } },
      { traffic: everyTenth(20), cost: 2.5, upstream: { latencyMs: 1 } },
    );
    expect(policies.limits).toMatchObject([{ admitted: 4, throttled: 16 }]);
  });

  it('let calls wait for a limit and for a slot, and refuse them when the queue is full', async () => {
    const limited = await simulateOne(
      { rateLimit: { capacity: 1, windowSeconds: 1, maxWaitMs: 2_000 } },
      { traffic: at(0, 0, 0, 0), upstream: { latencyMs: 100 } },
    );
    expect(limited).toMatchObject({
      outcomes: { success: 3, throttled: 1 },
      latencyMs: { limiter: { p50: 1_000, p99: 2_000 }, total: { p99: 2_100 } },
      policies: { limits: [{ admitted: 3, throttled: 1, waited: 2, waitedMs: 3_000 }] },
    });
    const full = await simulateOne(
      { bulkhead: { limit: 1, queue: 2 } },
      { traffic: at(0, 0, 0, 0, 0), upstream: { latencyMs: 100 } },
    );
    expect(full).toMatchObject({
      outcomes: { success: 3, rejected: 2 },
      latencyMs: { total: { p50: 200, p90: 300 }, queue: { p50: 100, p90: 200 } },
      timeMs: { queue: 300, attempt: 300 },
      policies: { bulkhead: { mode: 'enforce', rejected: 2, waited: 2 } },
      upstream: { peakConcurrency: 1, peakQueue: 0 },
    });
  });

  it('open the circuit in an outage, and close it after', async () => {
    const report = await simulateOne(
      { circuitBreaker: { consecutiveFailures: 5, openForMs: 2_000, halfOpenProbes: 1 } },
      {
        traffic: everyTenth(200),
        upstream: { latencyMs: 10, failures: [{ fromSeconds: 5, toSeconds: 8, code: 'ECONNREFUSED' }] },
      },
    );
    const breaker = report.policies.circuitBreaker ?? expect.fail();
    expect(breaker.transitions.map(({ to }) => to)).toEqual(['open', 'half_open', 'open', 'half_open', 'closed']);
    expect(breaker.transitions[0]).toEqual({ atMs: 5_410, target: null, from: 'closed', to: 'open' });
    expect(breaker.openMs).toBeGreaterThanOrEqual(4_000);
    expect(breaker.openMs).toBeLessThan(4_500);
    expect(breaker.rejected).toBe(report.outcomes.rejected);
    expect(report.outcomes.error).toBe(6);
    expect(report.attempts).toBe(200 - report.outcomes.rejected);
  });

  it('keep what is left of a circuit that is still open, and at most 1,000 changes', async () => {
    const { policies } = await simulateOne(
      { circuitBreaker: { consecutiveFailures: 1, openForMs: 50, halfOpenProbes: 1 } },
      { traffic: everyTenth(1_000), upstream: { latencyMs: 1, failures: [{ status: 500 }] } },
    );
    // Closed to open once, then half-open and open again with every call.
    expect(policies.circuitBreaker).toMatchObject({ transitionsLeftOut: 1 + 2 * 999 - 1_000, openMs: 999 * 99 });
    expect(policies.circuitBreaker?.transitions).toHaveLength(1_000);
  });

  it('show what a retry budget does to an outage', async () => {
    const load = { traffic: poisson(100, 60), upstream: { latencyMs: 5, failures: [{ status: 503 }] } };
    const free = await simulateOne({ retry: plainRetry, retryBudget: false }, load);
    const thrifty = await simulateOne({ retry: plainRetry, retryBudget: { ratio: 0.1, minRetriesPerSecond: 0 } }, load);
    expect(free.amplification).toBeCloseTo(3, 1);
    expect(free.policies.retry?.decisions.budget_empty).toBeUndefined();
    expect(thrifty.amplification).toBeLessThan(1.15);
    expect(thrifty.amplification).toBeGreaterThan(1.05);
    expect(thrifty.policies.retry?.decisions).toMatchObject({ retried: thrifty.retried });
    expect(thrifty.policies.retry?.decisions.budget_empty).toBeGreaterThan(thrifty.calls * 0.8);
  });

  it('show retries that keep down an upstream which would bear the calls alone', async () => {
    // It bears 100 attempts a second, and gets 80 calls, but for one second of three times as many.
    const load = {
      traffic: [poisson(80, 60), { ...poisson(300, 1), startSeconds: 10 }],
      upstream: { latencyMs: 100, concurrencyLimit: 10 },
    };
    const timeout = { attemptMs: 500 };
    const perSecond = { points: 100 };
    const storm = await simulateOne({ timeout, retry: plainRetry, retryBudget: false }, load, perSecond);
    const calm = await simulateOne(
      { timeout, retry: plainRetry, retryBudget: { ratio: 0.1, minRetriesPerSecond: 0 } },
      load,
      perSecond,
    );
    const lastThird = (counts: readonly number[]): number =>
      counts.slice(40, 60).reduce((sum, count) => sum + count, 0);
    expect(storm.upstream?.abandoned).toBeGreaterThan(storm.calls);
    expect(lastThird(storm.series.outcomes.success)).toBeLessThan(lastThird(storm.series.calls) * 0.1);
    expect(lastThird(calm.series.outcomes.success)).toBeGreaterThan(lastThird(calm.series.calls) * 0.95);
  });

  it('hedge what takes long', async () => {
    const load = {
      traffic: poisson(50, 60),
      upstream: { latencyMs: 10, failures: [{ ratio: 0.05, latencyMs: 1_000 }] },
    };
    const plain = await simulateOne({}, load);
    const hedged = await simulateOne({ hedge: { delayMs: 50 } }, load);
    expect(plain.latencyMs?.total.p99).toBe(1_000);
    expect(hedged.latencyMs?.total.p99).toBe(60);
    expect(hedged.policies.hedge?.decisions).toEqual({ hedged: hedged.hedged });
    expect(hedged.hedged).toBe(hedged.upstream?.abandoned);
  });
});
