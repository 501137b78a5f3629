import { RateLimiter } from '@crossbridge/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { BucketModel } from './bucket-model.ts';

const EPSILON = 1e-5;
const limits = fc.constantFrom(
  { capacity: 10, windowSeconds: 2 },
  { capacity: 10, windowSeconds: 60 },
  { capacity: 3, windowSeconds: 1 },
  { capacity: 250, windowSeconds: 0.5 },
);
const key = fc.constantFrom('a', 'b', 'c');
/** The clock may step back. */
const waitMs = fc.integer({ min: -300, max: 1_500 });

describe('RateLimiter, whatever the sequence', () => {
  it('decides as a token bucket does, through every cost, step of the clock and change of limit', () => {
    const step = fc.record({ key, waitMs, limit: limits, share: fc.double({ min: 0.001, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const clock = new VirtualClock();
        const limiter = new RateLimiter({ clock });
        const models = new Map<string, BucketModel>();
        let nowMs = clock.now();
        for (const { key, waitMs, limit, share } of steps) {
          clock.jump(waitMs);
          nowMs = Math.max(nowMs, clock.now());
          const { capacity, windowSeconds } = limit;
          const model = models.get(key) ?? new BucketModel(capacity, windowSeconds, nowMs);
          models.set(key, model);
          model.configure(capacity, windowSeconds, nowMs);
          const cost = share * capacity;
          const { admitted, remaining, retryAfterMs } = limiter.decide(key, limit, cost);
          if (Math.abs(model.tokens - cost) > EPSILON) expect(admitted).toBe(model.tokens >= cost);
          if (admitted) model.add(-cost);
          expect(Math.abs(remaining - model.tokens)).toBeLessThan(EPSILON);
          const expectedMs = admitted ? 0 : ((cost - model.tokens) * windowSeconds * 1000) / capacity;
          expect(Math.abs(retryAfterMs - expectedMs)).toBeLessThan(0.1);
        }
      }),
    );
  });

  it('never admits more than the capacity and the refill of any window, however small the table', () => {
    const step = fc.record({ key: fc.nat({ max: 400 }), waitMs, cost: fc.integer({ min: 0, max: 5 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), fc.constantFrom(1, 4, 16), (steps, maxKeys) => {
        const clock = new VirtualClock();
        const limiter = new RateLimiter({ maxKeys, clock });
        const admitted = new Map<number, { atMs: number; cost: number }[]>();
        let nowMs = clock.now();
        for (const { key, waitMs, cost } of steps) {
          clock.jump(waitMs);
          nowMs = Math.max(nowMs, clock.now());
          const grants = admitted.get(key % 7) ?? [];
          admitted.set(key % 7, grants);
          if (limiter.check(`user:${key % 7}`, 5, 10, cost)) grants.push({ atMs: nowMs, cost });
          limiter.check(`flood:${key}`, 5, 10);
          expect(limiter.getStats().totalBuckets).toBeLessThanOrEqual(maxKeys);
        }
        for (const grants of admitted.values()) {
          for (const [from, { atMs }] of grants.entries()) {
            let total = 0;
            for (const grant of grants.slice(from)) {
              total += grant.cost;
              expect(total).toBeLessThanOrEqual(5 + ((grant.atMs - atMs) / 1000) * 0.5 + EPSILON);
            }
          }
        }
      }),
    );
  });

  it('keeps the bucket of a busy key exact in a flood of keys that come once', () => {
    const flood = fc.array(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 50, maxLength: 300 });
    fc.assert(
      fc.property(flood, fc.integer({ min: 1, max: 8 }), (keys, maxKeys) => {
        const clock = new VirtualClock();
        const limiter = new RateLimiter({ maxKeys, clock });
        const alone = new RateLimiter({ clock });
        for (const key of keys) {
          clock.jump(40);
          expect(limiter.check('\0busy', 3, 10)).toBe(alone.check('\0busy', 3, 10));
          limiter.check(key, 3, 10);
        }
      }),
    );
  });

  it('conserves tokens through every reservation that is settled or cancelled', async () => {
    const step = fc.record({
      estimate: fc.integer({ min: 0, max: 25 }),
      actual: fc.option(fc.integer({ min: 0, max: 40 })),
      waitMs: fc.integer({ min: 0, max: 4_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const clock = new VirtualClock();
        const limiter = new RateLimiter({ clock });
        const limit = { capacity: 10, windowSeconds: 5 };
        const model = new BucketModel(10, 5, clock.now());
        for (const { estimate, actual, waitMs } of steps) {
          const reservation = await clock.run(limiter.reserve('key', limit, estimate));
          model.refill(clock.now());
          if (estimate > 0) expect(model.tokens).toBeGreaterThanOrEqual(Math.min(estimate, 10) - EPSILON);
          model.add(-estimate);
          clock.jump(waitMs);
          model.refill(clock.now());
          if (actual === null) reservation.cancel();
          else reservation.settle(actual);
          model.add(estimate - (actual ?? 0));
          expect(Math.abs(limiter.getRemaining('key', 10, 5) - Math.max(0, model.tokens))).toBeLessThan(EPSILON);
        }
        expect(clock.pending).toBe(0);
      }),
    );
  });
});
