import { TokenBucket } from '@crossbridge/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('TokenBucket', () => {
  it('starts full and refuses at no cost once empty', () => {
    const bucket = new TokenBucket(2, 1, new VirtualClock());
    expect([bucket.allow(), bucket.allow(), bucket.allow(), bucket.allow()]).toEqual([true, true, false, false]);
    expect(bucket.getAvailableTokens()).toBe(0);
  });

  it('refills continuously up to its capacity', () => {
    const clock = new VirtualClock();
    const bucket = new TokenBucket(10, 2, clock);
    bucket.take(10);
    clock.jump(750);
    expect(bucket.getAvailableTokens()).toBeCloseTo(1.5, 9);
    clock.jump(3_600_000);
    expect(bucket.getAvailableTokens()).toBe(10);
  });

  it('says after how long a refused request fits', () => {
    const clock = new VirtualClock();
    const bucket = new TokenBucket(10, 2, clock);
    bucket.take(9);
    const refused = bucket.take(4);
    expect(refused).toEqual({ admitted: false, limit: 10, remaining: 1, retryAfterMs: 1500 });
    clock.jump(1499);
    expect(bucket.take(4).admitted).toBe(false);
    clock.jump(1);
    expect(bucket.take(4).admitted).toBe(true);
  });

  it('neither gains nor loses by a clock that steps back', () => {
    const clock = new VirtualClock();
    const bucket = new TokenBucket(10, 1, clock);
    bucket.take(5);
    clock.jump(-100_000);
    expect(bucket.getAvailableTokens()).toBe(5);
  });

  it('keeps its level when the limit changes, clipped to the new capacity', () => {
    const bucket = new TokenBucket(10, 1, new VirtualClock());
    bucket.take(4);
    bucket.configure(100, 1);
    expect(bucket.getAvailableTokens()).toBe(6);
    bucket.configure(3, 1);
    expect(bucket.getAvailableTokens()).toBe(3);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses to be made with a capacity or a rate of %s',
    (value) => {
      expect(() => new TokenBucket(value, 1)).toThrow(/Capacity must be positive/);
      expect(() => new TokenBucket(1, value)).toThrow(/Refill rate must be positive/);
    },
  );

  it('says of a cost above the capacity that it can never pass', () => {
    const bucket = new TokenBucket(5, 1);
    expect(() => bucket.take(6)).toThrow(/can never pass a limit of capacity 5/);
    expect(() => bucket.take(-1)).toThrow(/at least 0/);
    expect(() => bucket.take(Number.NaN)).toThrow(/at least 0/);
    expect(bucket.getAvailableTokens()).toBe(5);
  });

  it('never admits more than its capacity and the refill of any window', () => {
    const step = fc.record({ waitMs: fc.integer({ min: -500, max: 2_000 }), cost: fc.integer({ min: 0, max: 10 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const clock = new VirtualClock();
        const bucket = new TokenBucket(10, 5, clock);
        let highWaterMs = clock.now();
        const admitted: { atMs: number; cost: number }[] = [];
        for (const { waitMs, cost } of steps) {
          clock.jump(waitMs);
          highWaterMs = Math.max(highWaterMs, clock.now());
          if (bucket.take(cost).admitted) admitted.push({ atMs: highWaterMs, cost });
        }
        for (const [from, { atMs }] of admitted.entries()) {
          let total = 0;
          for (const grant of admitted.slice(from)) {
            total += grant.cost;
            expect(total).toBeLessThanOrEqual(10 + ((grant.atMs - atMs) / 1000) * 5 + 1e-6);
          }
        }
      }),
    );
  });
});
