import { RateLimiter } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** A limiter of which 'a' has taken one token of ten. */
function known(): RateLimiter {
  const limiter = new RateLimiter({ clock: new VirtualClock() });
  limiter.check('a', 10, 60);
  return limiter;
}

describe('RateLimiter', () => {
  it('limits each key by itself', () => {
    const limiter = new RateLimiter({ clock: new VirtualClock() });
    expect([limiter.check('a', 1, 60), limiter.check('a', 1, 60), limiter.check('b', 1, 60)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('applies a changed limit to a live bucket and keeps its level', () => {
    const limiter = new RateLimiter({ clock: new VirtualClock() });
    for (let call = 0; call < 8; call += 1) limiter.check('a', 10, 60);
    expect(limiter.decide('a', { capacity: 100, windowSeconds: 60 }).remaining).toBe(1);
  });

  it('answers for an unknown key without making a bucket', () => {
    const limiter = new RateLimiter({ clock: new VirtualClock() });
    expect(limiter.getRemaining('nobody', 7, 60)).toBe(7);
    limiter.reset('nobody');
    expect(limiter.getStats()).toMatchObject({ totalBuckets: 0, buckets: {} });
  });

  it('resets one key, and all', () => {
    const limiter = new RateLimiter({ clock: new VirtualClock() });
    for (const key of ['a', 'b']) limiter.check(key, 1, 60);
    limiter.reset('a');
    expect([limiter.check('a', 1, 60), limiter.check('b', 1, 60)]).toEqual([true, false]);
    limiter.resetAll();
    expect(limiter.getRemaining('b', 1, 60)).toBe(1);
  });

  it('gives the place of a refilled bucket to a new key', () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter({ maxKeys: 3, clock });
    for (const key of ['a', 'b', 'c']) limiter.check(key, 1, 60);
    clock.jump(60_000);
    limiter.check('d', 1, 60);
    const { totalBuckets, evicted, overflowed } = limiter.getStats();
    expect(totalBuckets).toBeLessThanOrEqual(3);
    expect({ evicted: evicted > 0, overflowed }).toEqual({ evicted: true, overflowed: 0 });
    expect(limiter.check('d', 1, 60)).toBe(false);
  });

  it('keeps within maxKeys and leaves a busy key its bucket in a flood of unique keys', () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter({ maxKeys: 100, clock });
    let admitted = 0;
    for (let call = 0; call < 5_000; call += 1) {
      if (limiter.check('busy', 10, 60)) admitted += 1;
      limiter.check(`flood:${call}`, 10, 60);
      clock.jump(1);
    }
    expect(limiter.getStats().totalBuckets).toBeLessThanOrEqual(100);
    // 10 at once, and 5 s of refill at 10 a minute.
    expect(admitted).toBe(10);
  });

  it.each([1, 10, 1_000, 20_000])(
    'has room for %i keys that are all busy, each with a bucket of its own',
    (maxKeys) => {
      const limiter = new RateLimiter({ maxKeys, clock: new VirtualClock() });
      for (let key = 0; key < maxKeys; key += 1) limiter.check(`user:${key}`, 2, 60);
      expect(limiter.getStats()).toMatchObject({ totalBuckets: maxKeys, overflowed: 0, evicted: 0 });
      for (let key = 0; key < maxKeys; key += 1) {
        if (limiter.getRemaining(`user:${key}`, 2, 60) !== 1) expect.fail(`user:${key} lost its level`);
      }
    },
  );

  it('limits newcomers together once the table is full of busy keys', () => {
    const limiter = new RateLimiter({ maxKeys: 2, clock: new VirtualClock() });
    for (const key of ['a', 'b']) limiter.check(key, 5, 60);
    let admitted = 0;
    for (let key = 0; key < 50_000; key += 1) if (limiter.check(`new:${key}`, 5, 60)) admitted += 1;
    // 1,024 overflow buckets of 5 tokens each.
    expect(admitted).toBe(5 * 1024);
    expect(limiter.getStats()).toMatchObject({ totalBuckets: 2, overflowed: 50_000 });
    const busy = Array.from({ length: 5 }, () => limiter.check('a', 5, 60));
    expect(busy).toEqual([true, true, true, true, false]);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a maxKeys of %s', (maxKeys) => {
    expect(() => new RateLimiter({ maxKeys })).toThrow(/maxKeys must be a whole number/);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a window of %s seconds', (windowSeconds) => {
    expect(() => new RateLimiter().check('a', 1, windowSeconds)).toThrow(/Window seconds must be positive/);
  });

  it.each([
    [() => known().check('a', '10' as never, 60), /Capacity must be positive and finite, got "10"/],
    [() => known().check('a', 10, true as never), /Window seconds must be positive and finite, got true/],
    [() => known().check('a', 10, 60, null as never), /Cost must be a finite number of at least 0, got null/],
    [() => known().decide('a', { capacity: 10 } as never), /Window seconds must be .* got undefined/],
    [() => known().getRemaining('a', Number.NaN, 60), /Capacity must be .* got NaN/],
    [() => known().getRemaining('a', 10, 0), /Window seconds must be .* got 0/],
  ])('takes nothing for a number that is none, whatever JavaScript makes of it: %s', (ask, message) => {
    expect(ask).toThrow(message);
  });

  it.each([undefined, null, 7, {}])('refuses a key of %o, each time', (key) => {
    const limiter = known();
    for (const _ of [1, 2]) {
      expect(() => limiter.check(key as never, 10, 60)).toThrow(/The key of a rate limit must be a string, got/);
    }
    expect(limiter.getRemaining('a', 10, 60)).toBe(9);
  });

  it('refuses options that nobody knows', () => {
    expect(() => new RateLimiter({ maxKey: 5 } as never)).toThrow(/no option "maxKey"; did you mean "maxKeys"\?/);
    expect(() => new RateLimiter({ clock: Date } as never)).toThrow(/clock of RateLimiter must be an object with/);
  });
});
