import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Distribution, draw } from '../../../packages/core/src/simulate/distribution.ts';
import { quantilesOf } from '../../../packages/core/src/simulate/quantiles.ts';
import { seededRandom } from '../../../packages/core/src/simulate/random.ts';
import { chooser } from '../../../packages/core/src/simulate/weighted.ts';

function draws(distribution: Distribution, count = 20_000): readonly number[] {
  const random = seededRandom(1);
  return Array.from({ length: count }, () => draw(distribution, random));
}

describe('a distribution', () => {
  it('is fixed', () => {
    expect(new Set(draws(7))).toEqual(new Set([7]));
  });

  it('is even between its bounds', () => {
    const { p50, p90, p99 } = quantilesOf(draws({ min: 100, max: 200 }));
    expect([p50, p90, p99].map((each) => Math.round(each / 2) * 2)).toEqual([150, 190, 198]);
    expect(Math.min(...draws({ min: 5, max: 5 }))).toBe(5);
  });

  it('is log-normal, with the quantiles that were asked for', () => {
    const { p50, p90, p99 } = quantilesOf(draws({ p50: 40, p99: 400 }));
    expect(p50 / 40).toBeCloseTo(1, 1);
    expect(p99 / 400).toBeCloseTo(1, 0.9);
    // ln(400/40) / 2.3263 × 1.2816, the 90th percentile of the standard normal distribution.
    expect(p90 / (40 * Math.exp((Math.log(10) / 2.3263) * 1.2816))).toBeCloseTo(1, 1);
    expect(quantilesOf(draws({ p50: 40, p99: 40 }))).toEqual({ p50: 40, p90: 40, p99: 40 });
  });
});

describe('a weighted choice', () => {
  it('gives each its share of the line from 0 to 1, in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 1, maxLength: 20 }).filter((all) => all.some(Boolean)),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (weights, at) => {
          const total = weights.reduce((sum, weight) => sum + weight);
          const chosen = chooser(weights)(at);
          const before = weights.slice(0, chosen).reduce((sum, weight) => sum + weight, 0);
          expect(weights[chosen]).toBeGreaterThan(0);
          expect(at * total).toBeGreaterThanOrEqual(before);
          expect(at * total).toBeLessThan(before + (weights[chosen] ?? 0));
        },
      ),
    );
  });

  it('gives a point where two meet to the second, so that what weighs nothing is never chosen', () => {
    expect(chooser([1, 1])(0.5)).toBe(1);
    expect(chooser([0, 1, 0, 1])(0)).toBe(1);
    expect(chooser([0, 1, 0, 1])(0.5)).toBe(3);
  });
});
