import { RateLimiter } from '@crossbridge/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Buckets } from '../../../packages/core/src/rate-limit/buckets.ts';
import { KeyHasher } from '../../../packages/core/src/rate-limit/key-hash.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('a key that comes again and again', () => {
  it('is decided as one that is looked up anew, through resets, changed limits, debts and steps of the clock', async () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'a', 'a', 'b', '', 'long '.repeat(20)),
      waitMs: fc.integer({ min: -300, max: 900 }),
      capacity: fc.constantFrom(10, 10, 10, 4),
      cost: fc.integer({ min: 0, max: 4 }),
      between: fc.constantFrom('nothing', 'nothing', 'nothing', 'reset', 'resetAll', 'debt'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
        const clock = new VirtualClock();
        const limiter = new RateLimiter({ clock });
        const anew = new RateLimiter({ clock });
        for (const { key, waitMs, capacity, cost, between } of steps) {
          clock.jump(waitMs);
          const limit = { capacity, windowSeconds: 2 };
          for (const each of [limiter, anew]) {
            if (between === 'reset') each.reset(key);
            if (between === 'resetAll') each.resetAll();
            if (between === 'debt' && each.getRemaining(key, capacity, 2) >= 1) {
              (await each.reserve(key, limit, 1)).settle(capacity);
            }
          }
          anew.getRemaining('another', 1, 1);
          expect(limiter.check(key, capacity, 2, cost)).toBe(anew.decide(key, limit, cost).admitted);
          expect(limiter.getRemaining(key, capacity, 2)).toBe(anew.getRemaining(key, capacity, 2));
        }
      }),
    );
  });

  it('is not decided by the bucket of another key that was given its place meanwhile', () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter({ maxKeys: 1, clock });
    const { buckets } = limiter.room;
    // Of another limit, so that the limiter itself sees nobody come between.
    const others = buckets.hasher.scope('others');
    for (let round = 0; round < 100; round += 1) {
      expect([limiter.check('a', 2, 60), limiter.check('a', 2, 60), limiter.check('a', 2, 60)]).toEqual([
        true,
        true,
        false,
      ]);
      clock.jump(60_000);
      buckets.take(others, `other:${round}`, buckets.plans.of(2, 60, buckets.now()), 2, buckets.now());
      expect(limiter.keysInUse).toBe(1);
      expect(limiter.check('a', 2, 60)).toBe(true);
      clock.jump(60_000);
    }
    expect(limiter.evictions).toBeGreaterThan(99);
  });

  it.each([5, -1, Number.NaN, Number.POSITIVE_INFINITY])('is refused an error for a cost of %s each time', (cost) => {
    const limiter = new RateLimiter({ clock: new VirtualClock() });
    for (let time = 0; time < 3; time += 1) {
      limiter.check('a', 4, 60);
      expect(() => limiter.check('a', 4, 60, cost)).toThrow(/cost/i);
    }
    expect(limiter.getRemaining('a', 4, 60)).toBe(1);
  });
});

describe('the words that stand for a key', () => {
  it('are never those of an empty slot', () => {
    const clock = new VirtualClock();
    const scope = new KeyHasher(new Int32Array([1, 2])).scope('');
    // Found by trying 800 million keys: the low half of its hash is 0.
    scope.hash('805185670');
    expect(scope.low).not.toBe(0);
    expect(new Buckets(10, clock).table.find(scope.low, scope.high & 0xffff)).toBe(-1);
  });
});
