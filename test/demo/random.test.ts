import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { between, pick, seededRandom, seedOf } from '../../demo/random.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

function draws(seed: number, count: number): readonly number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random());
}

describe('seededRandom', () => {
  it('gives the same numbers for the same seed, all from 0 up to 1', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(draws(seed, 50)).toEqual(draws(seed, 50));
        for (const value of draws(seed, 50)) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThan(1);
        }
      }),
    );
  });

  it('spreads its numbers evenly', () => {
    const tenths = Map.groupBy(draws(42, 20_000), (value) => Math.floor(value * 10));
    expect(tenths.size).toBe(10);
    for (const { length } of tenths.values()) expect(Math.abs(length - 2_000)).toBeLessThan(200);
  });
});

describe('seedOf', () => {
  it('tells parts apart that would read the same when joined', () => {
    expect(seedOf('a', 'bc')).not.toBe(seedOf('ab', 'c'));
    expect(seedOf(1, 'chat', 0)).not.toBe(seedOf(1, 'chat', 1));
  });
});

describe('between and pick', () => {
  it('stays inside its bounds', () => {
    expect(between(() => 0, 3, 5)).toBe(3);
    expect(between(() => 0.999, 3, 5)).toBeLessThan(5);
    expect(pick(() => 0.999, ['a', 'b'])).toBe('b');
  });

  it('refuses to pick from nothing', () => {
    expect(() => pick(() => 0, [])).toThrow(RangeError);
  });
});
