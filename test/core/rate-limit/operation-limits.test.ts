import { RateLimiter } from '@crossbridge/core';
import type { OperationRateLimitConfig } from '@crossbridge/core/config';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LimitsOfOperation, OperationLimits } from '../../../packages/core/src/rate-limit/operation-limits.ts';
import { rejection } from '../../support/bridges.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { BucketModel } from './bucket-model.ts';

function limit(exact: Partial<OperationRateLimitConfig> = {}): OperationRateLimitConfig {
  return {
    name: 'op',
    by: 'key',
    per: 'call',
    mode: 'enforce',
    maxWaitMs: 0,
    queue: 1000,
    capacity: 2,
    windowSeconds: 2,
    ...exact,
  };
}

function limitsOf(limits: Partial<LimitsOfOperation>, overrides: Record<string, number> = {}) {
  const clock = new VirtualClock();
  const limiter = new RateLimiter({ clock });
  const all = { rateLimit: null, rateLimits: [], ...limits };
  const byKey = new Map(Object.entries(overrides).map(([key, capacity]) => [key, { capacity, windowSeconds: 2 }]));
  return { clock, limiter, limits: new OperationLimits('op', all, byKey, limiter) };
}

const userOrgAll = {
  rateLimits: [
    limit({ name: 'user', by: 'user', capacity: 3 }),
    limit({ name: 'org', by: 'org', capacity: 5 }),
    limit({ name: 'all', by: 'global', capacity: 7 }),
  ],
};

describe('the limits of an operation', () => {
  it('charge all of them, or none when one refuses', () => {
    const { limits } = limitsOf(userOrgAll);
    const take = (user: string, org: string, cost: number) => limits.take({ user, org }, cost, 'call');
    expect(take('1', 'acme', 3)?.admitted).toBe(true);
    const refused = take('1', 'other', 1);
    expect(refused?.verdicts().map(({ name, result, remaining }) => [name, result, remaining])).toEqual([
      ['user', 'throttled', 0],
      ['org', 'admitted', 5],
      ['all', 'admitted', 4],
    ]);
    expect(refused?.error('op')).toMatchObject({ key: 'user:1', operation: 'op', limit: 3, windowSeconds: 2 });
    expect(take('2', 'acme', 3)?.error('op')).toMatchObject({ key: 'org:acme', retryAfterMs: 400 });
    expect(take('2', 'other', 3)?.admitted).toBe(true);
    expect(take('3', 'third', 2)?.error('op')).toMatchObject({ key: 'global', limit: 7 });
  });

  it('agree with buckets taken one by one, in any mix of users and organisations', () => {
    const step = fc.record({
      user: fc.constantFrom('1', '2', '3'),
      org: fc.constantFrom('a', 'b'),
      cost: fc.integer({ min: 0, max: 3 }),
      waitMs: fc.integer({ min: 0, max: 900 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { clock, limits } = limitsOf(userOrgAll);
        const models = new Map<string, BucketModel>();
        for (const { user, org, cost, waitMs } of steps) {
          clock.jump(waitMs);
          const buckets = [
            { name: `user ${user}`, capacity: 3 },
            { name: `org ${org}`, capacity: 5 },
            { name: 'all', capacity: 7 },
          ].map(({ name, capacity }) => {
            const model = models.get(name) ?? new BucketModel(capacity, 2, clock.now());
            models.set(name, model);
            model.refill(clock.now());
            return model;
          });
          const admitted = limits.take({ user, org }, cost, 'call')?.admitted;
          const close = buckets.some(({ tokens }) => Math.abs(tokens - cost) < 1e-6);
          if (!close) expect(admitted).toBe(buckets.every(({ tokens }) => tokens >= cost));
          if (admitted) for (const bucket of buckets) bucket.add(-cost);
        }
      }),
    );
  });

  it('have buckets of their own, whatever other operations do with the same keys', () => {
    const { limiter, limits } = limitsOf({ rateLimit: limit() });
    const other = new OperationLimits('other', { rateLimit: limit(), rateLimits: [] }, new Map(), limiter);
    expect([limits, limits, limits, other].map((each) => each.take('user:1', 1, 'call')?.admitted)).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(limiter.check('user:1', 1, 1)).toBe(true);
  });

  it('count calls, or attempts, or both', () => {
    const { limits } = limitsOf({ rateLimits: [limit({ name: 'a' }), limit({ name: 'b', per: 'attempt' })] });
    const names = (use: 'call' | 'attempt' | 'all') =>
      limits
        .take('k', 1, use)
        ?.verdicts()
        .map(({ name }) => name);
    expect([names('call'), names('attempt'), names('all')]).toEqual([['a'], ['b'], ['a', 'b']]);
    expect(limitsOf({ rateLimit: limit() }).limits.take('k', 1, 'attempt')).toBeUndefined();
  });

  it('follow the override of the key, of its longest prefix, or of the part that a limit is by', () => {
    const overrides = { 'org:premium': 9, 'org:premium:alice': 4, 'user:1': 6 };
    const own = limitsOf({ rateLimit: limit() }, overrides).limits;
    const capacity = (limits: OperationLimits, key: string | Record<string, string>) =>
      limits.take(key, 0, 'call')?.verdicts()[0]?.limit;
    expect(
      ['org:premium:alice', 'org:premium:bob', 'org:premiumish', 'x/org:premium'].map((key) => capacity(own, key)),
    ).toEqual([4, 9, 2, 2]);
    expect(capacity(own, { team: 't', org: 'premium' })).toBe(9);
    const byPart = limitsOf(userOrgAll, overrides).limits;
    expect(
      byPart
        .take({ user: '1', org: 'premium' }, 0, 'call')
        ?.verdicts()
        .map((each) => each.limit),
    ).toEqual([6, 9, 7]);
    expect(
      byPart
        .take('user:1', 0, 'call')
        ?.verdicts()
        .map((each) => each.limit),
    ).toEqual([6, 5, 7]);
  });

  it('in shadow mode decide for themselves and change nothing', () => {
    const { limits } = limitsOf({
      rateLimit: limit({ capacity: 3 }),
      rateLimits: [limit({ name: 'shadow', mode: 'shadow', capacity: 2 })],
    });
    const take = (cost: number) => limits.take('k', cost, 'call');
    const told = (request: ReturnType<typeof take>) =>
      request?.verdicts().map(({ result, remaining }) => `${result} ${remaining}`);
    expect(told(take(1))).toEqual(['admitted 2', 'admitted 1']);
    expect(told(take(2))).toEqual(['admitted 0', 'throttled 1']);
    // Refused by the other limit: the call did not run, so the shadow is not charged.
    expect(told(take(1))).toEqual(['throttled 0', 'admitted 1']);
    expect(() => take(4)).toThrow("can never pass the limit 'op' of capacity 3");
    expect(told(take(0))).toEqual(['admitted 0', 'admitted 1']);
    const only = limitsOf({ rateLimit: limit({ mode: 'shadow' }) }).limits;
    expect(only.take('k', 5, 'call')).toMatchObject({ admitted: true });
    expect(only.take('k', 5, 'call')?.verdicts()[0]).toMatchObject({ result: 'throttled', remaining: 2 });
  });

  it('keep levels and waiters when they are reconfigured', async () => {
    const { clock, limits } = limitsOf({ rateLimit: limit({ maxWaitMs: 60_000 }) });
    limits.take('k', 2, 'call');
    const request = limits.take('k', 2, 'call');
    expect(request?.canWait(Number.POSITIVE_INFINITY)).toBe(true);
    const waiting = request?.wait(Number.POSITIVE_INFINITY, undefined);
    await clock.advance(1_000);
    limits.configure({ rateLimit: limit({ capacity: 20, maxWaitMs: 60_000 }), rateLimits: [] }, new Map());
    expect(limits.waiting).toBe(1);
    await clock.advance(99);
    expect(request?.admitted).toBe(false);
    // One token was there; another takes 100 ms at ten a second.
    await clock.advance(1);
    expect([await waiting, request?.waitedMs, limits.waiting, clock.pending]).toEqual(['admitted', 1_100, 0, 0]);
    expect(limits.configs.map(({ capacity }) => capacity)).toEqual([20]);
  });

  it('let go of waiters whose limit is taken away or made too small for them', async () => {
    const wide = limit({ maxWaitMs: 60_000, capacity: 10, windowSeconds: 100 });
    const { clock, limits } = limitsOf({ rateLimit: wide });
    limits.take('k', 10, 'call');
    const big = limits.take('k', 6, 'call')?.wait(Number.POSITIVE_INFINITY, undefined);
    limits.configure({ rateLimit: { ...wide, capacity: 1, windowSeconds: 1 }, rateLimits: [] }, new Map());
    await clock.advance(1_000);
    expect(await big).toBe('admitted');
    const next = limits.take('k', 1, 'call')?.wait(Number.POSITIVE_INFINITY, undefined);
    limits.configure({ rateLimit: null, rateLimits: [] }, new Map());
    expect([await next, clock.pending]).toEqual(['admitted', 0]);
  });

  it('wait for several buckets at once, neither blocking an idle one nor each other', async () => {
    const { clock, limits } = limitsOf({
      rateLimits: [
        limit({ name: 'user', by: 'user', capacity: 1, windowSeconds: 10, maxWaitMs: 60_000 }),
        limit({ name: 'org', by: 'org', capacity: 4, windowSeconds: 4, maxWaitMs: 60_000 }),
      ],
    });
    const ended: string[] = [];
    const startedMs = clock.now();
    const calls = ['slow', 'slow', 'b', 'c', 'd', 'e'].map(async (user, index) => {
      const request = limits.take({ user, org: 'acme' }, 1, 'call');
      if (request?.admitted === false) await request.wait(Number.POSITIVE_INFINITY, undefined);
      ended.push(`${user}${index} ${clock.now() - startedMs}`);
    });
    await clock.run(Promise.all(calls));
    // The second `slow` waits for its user's bucket; others of the organisation pass meanwhile.
    expect(ended).toEqual(['slow0 0', 'b2 0', 'c3 0', 'd4 0', 'e5 1000', 'slow1 10000']);
    expect(clock.pending).toBe(0);
  });

  it('end every wait for several buckets, in any mix of aborts and time limits', async () => {
    const request = fc.record({
      user: fc.constantFrom('1', '2', '3'),
      org: fc.constantFrom('a', 'b'),
      cost: fc.integer({ min: 1, max: 3 }),
      limitMs: fc.option(fc.integer({ min: 0, max: 9_000 })),
      abortAfterMs: fc.option(fc.integer({ min: 0, max: 9_000 })),
      pauseMs: fc.integer({ min: 0, max: 300 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 50 }), async (requests) => {
        const { clock, limiter, limits } = limitsOf({
          rateLimits: userOrgAll.rateLimits.map((each) => ({ ...each, maxWaitMs: 20_000 })),
        });
        const granted: { atMs: number; cost: number }[] = [];
        const calls = [];
        for (const { user, org, cost, limitMs, abortAfterMs, pauseMs } of requests) {
          const controller = new AbortController();
          if (abortAfterMs !== null) clock.setTimeout(() => controller.abort(), abortAfterMs);
          const taken = limits.take({ user, org }, cost, 'call');
          const patienceMs = limitMs ?? Number.POSITIVE_INFINITY;
          if (taken?.admitted === true) granted.push({ atMs: clock.now(), cost });
          else if (taken?.canWait(patienceMs)) {
            const end = taken.wait(patienceMs, controller.signal);
            calls.push(end.then((how) => how === 'admitted' && granted.push({ atMs: clock.now(), cost })));
          }
          await clock.advance(pauseMs);
        }
        await clock.run(Promise.all(calls));
        await clock.advance(20_000);
        expect([clock.pending, limiter.getStats().waiting, limits.waiting]).toEqual([0, 0, 0]);
        for (const [from, { atMs }] of granted.entries()) {
          let total = 0;
          for (const grant of granted.slice(from)) {
            total += grant.cost;
            expect(total).toBeLessThanOrEqual(7 + ((grant.atMs - atMs) / 1000) * 3.5 + 1e-6);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('reserve from all of them, and give back to all', async () => {
    const { clock, limits } = limitsOf(userOrgAll);
    const key = { user: '1', org: 'acme' };
    const left = () =>
      limits
        .take(key, 0, 'call')
        ?.verdicts()
        .map(({ remaining }) => remaining);
    const reservation = await limits.reserve(key, 3);
    expect(left()).toEqual([0, 2, 4]);
    reservation.settle(1);
    expect(left()).toEqual([2, 4, 6]);
    expect(await rejection(limits.reserve(key, 9))).toMatchObject({ name: 'RateLimitExceeded', operation: 'op' });
    await clock.advance(10_000);
    // More than the first two hold: they are full, and go into debt.
    (await limits.reserve(key, 6)).cancel();
    expect(left()).toEqual([3, 5, 7]);
  });
});
