import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normal, seededRandom, seedOf } from '../../../packages/core/src/simulate/random.ts';

function draws(seed: number, count: number): readonly number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random());
}

describe('seededRandom', () => {
  it('gives the same numbers for the same seed, all from 0 up to 1, and others for another', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(draws(seed, 50)).toEqual(draws(seed, 50));
        expect(draws(seed, 50)).not.toEqual(draws(seed + 1, 50));
        for (const value of draws(seed, 50)) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThan(1);
        }
      }),
    );
  });

  it('never changes its numbers: a seed that was written down keeps its meaning', () => {
    expect(draws(42, 3)).toEqual([0.6011037519201636, 0.44829055899754167, 0.8524657934904099]);
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

describe('normal', () => {
  it('has a mean of 0 and a deviation of 1', () => {
    const random = seededRandom(1);
    const values = Array.from({ length: 20_000 }, () => normal(random));
    const mean = values.reduce((sum, value) => sum + value) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(deviation - 1)).toBeLessThan(0.03);
    // There is no logarithm of 0, nor a need of one.
    expect(normal(() => 0)).toBeCloseTo(0);
  });
});
