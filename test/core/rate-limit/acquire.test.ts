import { RateLimitExceeded, RateLimiter } from '@crossbridge/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rejection } from '../../support/bridges.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

const limit = { capacity: 2, windowSeconds: 2 };

function limiterOf(): { clock: VirtualClock; limiter: RateLimiter } {
  const clock = new VirtualClock();
  return { clock, limiter: new RateLimiter({ clock }) };
}

describe('acquire', () => {
  it('takes at once what is there, and waits for what is not, in the order of arrival', async () => {
    const { clock, limiter } = limiterOf();
    const order: string[] = [];
    const startedMs = clock.now();
    const calls = ['a', 'b', 'c', 'd', 'e'].map(async (name) => {
      await limiter.acquire('key', limit);
      order.push(`${name} ${clock.now() - startedMs}`);
    });
    await clock.run(Promise.all(calls));
    expect(order).toEqual(['a 0', 'b 0', 'c 1000', 'd 2000', 'e 3000']);
    expect(clock.pending).toBe(0);
  });

  it('lets nobody pass a waiter, not even with a smaller cost or a check', async () => {
    const { clock, limiter } = limiterOf();
    limiter.check('key', 2, 2, 2);
    const order: string[] = [];
    const big = limiter.acquire('key', limit, { cost: 2 }).then(() => order.push('big'));
    await clock.advance(1_000);
    const small = limiter.acquire('key', limit, { cost: 1 }).then(() => order.push('small'));
    expect(limiter.check('key', 2, 2, 1)).toBe(false);
    expect(limiter.decide('key', limit).retryAfterMs).toBe(3_000);
    await clock.run(Promise.all([big, small]));
    expect(order).toEqual(['big', 'small']);
  });

  it('lets a request for nothing pass, in debt and before others too', async () => {
    const { clock, limiter } = limiterOf();
    (await limiter.reserve('key', limit, 2)).settle(5);
    const waiting = limiter.acquire('key', limit);
    expect(limiter.check('key', 2, 2, 0)).toBe(true);
    expect(await limiter.acquire('key', limit, { cost: 0, maxWaitMs: 0 })).toMatchObject({ remaining: 0 });
    await clock.run(waiting);
  });

  it('refuses at once a wait that would not fit, and says how long it would have been', async () => {
    const { clock, limiter } = limiterOf();
    limiter.check('key', 2, 2, 2);
    expect(await rejection(limiter.acquire('key', limit, { maxWaitMs: 999 }))).toMatchObject({
      name: 'RateLimitExceeded',
      key: 'key',
      limit: 2,
      windowSeconds: 2,
      retryAfterMs: 1_000,
    });
    const fits = limiter.acquire('key', limit, { maxWaitMs: 1_000 });
    expect(await rejection(limiter.acquire('key', limit, { maxWaitMs: 1_000 }))).toMatchObject({ retryAfterMs: 2_000 });
    expect(await clock.run(fits)).toMatchObject({ admitted: true, remaining: 0 });
    expect(clock.pending).toBe(0);
  });

  it('bounds the queue of each key by itself', async () => {
    const { clock, limiter } = limiterOf();
    limiter.check('key', 2, 2, 2);
    limiter.check('other', 2, 2, 2);
    const waiting = [limiter.acquire('key', limit, { queue: 1 }), limiter.acquire('other', limit, { queue: 1 })];
    expect(await rejection(limiter.acquire('key', limit, { queue: 1 }))).toBeInstanceOf(RateLimitExceeded);
    expect(limiter.getStats().waiting).toBe(2);
    await clock.run(Promise.all(waiting));
    expect(limiter.getStats().waiting).toBe(0);
  });

  it('frees the place of a cancelled waiter at once, and ends it with its reason', async () => {
    const { clock, limiter } = limiterOf();
    limiter.check('key', 2, 2, 2);
    const first = new AbortController();
    const gone = limiter.acquire('key', limit, { signal: first.signal });
    const startedMs = clock.now();
    const next = limiter.acquire('key', limit).then(() => clock.now() - startedMs);
    await clock.advance(400);
    const reason = new Error('changed my mind');
    first.abort(reason);
    expect(await rejection(gone)).toBe(reason);
    expect(await clock.run(next)).toBe(1_000);
    expect(clock.pending).toBe(0);
  });

  it('admits waiters when the bucket is reset', async () => {
    const { clock, limiter } = limiterOf();
    limiter.check('key', 2, 2, 2);
    const waiting = Promise.all([limiter.acquire('key', limit), limiter.acquire('key', limit)]);
    limiter.reset('key');
    expect(await waiting).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  it.each([{ cost: 3 }, { cost: -1 }, { cost: Number.NaN }, { maxWaitMs: Number.NaN }, { queue: -1 }])(
    'refuses to wait for %o',
    async (options) => {
      const { limiter } = limiterOf();
      expect(await rejection(limiter.acquire('key', limit, options))).toMatchObject({ code: 'invalid_argument' });
    },
  );

  it('refuses options that nobody knows, and signals that are none', async () => {
    const { limiter } = limiterOf();
    for (const [options, message] of [
      [{ maxWait: 5 }, 'RateLimiter.acquire has no option "maxWait"; did you mean "maxWaitMs"?'],
      [{ signal: {} }, 'signal of RateLimiter.acquire must be an AbortSignal, got an object'],
      [7, 'The options of RateLimiter.acquire must be an object, got 7'],
    ] as const) {
      expect(await rejection(limiter.acquire('key', limit, options as never))).toMatchObject({ message });
    }
    expect(await rejection(limiter.reserve('key', limit, 1, { cost: 1 } as never))).toMatchObject({
      message: expect.stringContaining('RateLimiter.reserve has no option "cost"'),
    });
    expect(limiter.getStats().totalBuckets).toBe(0);
  });

  it('needs one timer, however many wait for however many keys', async () => {
    const { clock, limiter } = limiterOf();
    const calls = Array.from({ length: 300 }, (_, call) => limiter.acquire(`key:${call % 30}`, limit));
    await settle();
    expect(clock.pending).toBe(1);
    await clock.run(Promise.all(calls));
    expect(clock.pending).toBe(0);
  });

  it('waits longer than a timer can', async () => {
    const { clock, limiter } = limiterOf();
    const month = { capacity: 1, windowSeconds: 30 * 86_400 };
    limiter.check('key', 1, month.windowSeconds);
    const startedMs = clock.now();
    await clock.run(limiter.acquire('key', month));
    expect(clock.now() - startedMs).toBe(30 * 86_400_000);
  });

  it('leaves no waiter and no timer behind, and keeps the order, in any mix of waits, aborts and time limits', async () => {
    const request = fc.record({
      key: fc.constantFrom('a', 'b'),
      cost: fc.integer({ min: 1, max: 4 }),
      maxWaitMs: fc.option(fc.integer({ min: 0, max: 9_000 })),
      abortAfterMs: fc.option(fc.integer({ min: 0, max: 9_000 })),
      pauseMs: fc.integer({ min: 0, max: 500 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 60 }), async (requests) => {
        const { clock, limiter } = limiterOf();
        const four = { capacity: 4, windowSeconds: 4 };
        const admitted: Record<string, { index: number; atMs: number; cost: number }[]> = { a: [], b: [] };
        const calls: Promise<unknown>[] = [];
        for (const [index, { key, cost, maxWaitMs, abortAfterMs, pauseMs }] of requests.entries()) {
          const controller = new AbortController();
          if (abortAfterMs !== null) clock.setTimeout(() => controller.abort(), abortAfterMs);
          const options = { cost, maxWaitMs: maxWaitMs ?? Number.POSITIVE_INFINITY, signal: controller.signal };
          const call = limiter.acquire(key, four, options);
          calls.push(
            call.then(
              () => admitted[key]?.push({ index, atMs: clock.now(), cost }),
              () => {},
            ),
          );
          await clock.advance(pauseMs);
        }
        await clock.run(Promise.all(calls));
        await clock.advance(20_000);
        expect(clock.pending).toBe(0);
        expect(limiter.getStats().waiting).toBe(0);
        for (const grants of Object.values(admitted)) {
          expect(grants.map(({ index }) => index)).toEqual(grants.map(({ index }) => index).sort((x, y) => x - y));
          for (const [from, { atMs }] of grants.entries()) {
            let total = 0;
            for (const grant of grants.slice(from)) {
              total += grant.cost;
              expect(total).toBeLessThanOrEqual(4 + (grant.atMs - atMs) / 1000 + 1e-6);
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('reserve', () => {
  it('gives back what was not used, and admits those who wait for it', async () => {
    const { limiter } = limiterOf();
    const tokens = { capacity: 100, windowSeconds: 100 };
    const reservation = await limiter.reserve('key', tokens, 80);
    const waiting = limiter.acquire('key', tokens, { cost: 50 });
    reservation.settle(20);
    expect(await waiting).toMatchObject({ remaining: 30 });
  });

  it('goes into debt for what was used beyond the estimate, and later requests wait for it', async () => {
    const { clock, limiter } = limiterOf();
    const tokens = { capacity: 100, windowSeconds: 100 };
    (await limiter.reserve('key', tokens, 100)).settle(150);
    expect(limiter.getRemaining('key', 100, 100)).toBe(0);
    expect(limiter.decide('key', tokens, 1).retryAfterMs).toBe(51_000);
    await clock.advance(51_000);
    expect(limiter.check('key', 100, 100, 1)).toBe(true);
  });

  it('lets a single request above the limit wait for a full bucket instead of never passing', async () => {
    const { clock, limiter } = limiterOf();
    const tokens = { capacity: 100, windowSeconds: 100 };
    limiter.check('key', 100, 100, 40);
    const startedMs = clock.now();
    const reservation = await clock.run(limiter.reserve('key', tokens, 250));
    expect([clock.now() - startedMs, reservation.waitMs]).toEqual([40_000, 40_000]);
    expect(limiter.decide('key', tokens, 1).retryAfterMs).toBe(151_000);
    reservation.cancel();
    expect(limiter.getRemaining('key', 100, 100)).toBe(100);
  });

  it('is settled under the limit of the day: it brings no earlier one back', async () => {
    const { clock, limiter } = limiterOf();
    const reservation = await limiter.reserve('key', { capacity: 10, windowSeconds: 10 }, 10);
    expect(limiter.check('key', 1000, 10)).toBe(false);
    await clock.advance(1_000);
    reservation.settle(5);
    expect(limiter.getRemaining('key', 1000, 10)).toBe(105);
  });

  it('is settled once; to cancel it then changes nothing', async () => {
    const { limiter } = limiterOf();
    const reservation = await limiter.reserve('key', limit, 2);
    reservation.settle(1);
    reservation.cancel();
    expect(limiter.getRemaining('key', 2, 2)).toBe(1);
    expect(() => reservation.settle(0)).toThrow(/settled or cancelled before/);
    expect(() => reservation.settle(Number.NaN)).toThrow(/at least 0/);
  });
});
