import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../packages/core/src/simulate/random.ts';
import { arrivalTimes, expectedCalls, type TrafficShape } from '../../../packages/core/src/simulate/traffic.ts';

function times(shape: TrafficShape, seed = 1): readonly number[] {
  return arrivalTimes(shape, seededRandom(seed), 1_000_000, 'It');
}

describe('traffic', () => {
  it('is even when it is constant, without errors that add up', () => {
    expect(times({ shape: 'constant', ratePerSecond: 4, durationSeconds: 1 })).toEqual([0, 250, 500, 750]);
    const tenths = times({ shape: 'constant', ratePerSecond: 10, durationSeconds: 10_000 });
    expect(tenths).toHaveLength(100_000);
    expect(tenths.at(-1)).toBe(9_999_900);
  });

  it('comes at random at the rate asked for, the gaps as varied as those of a Poisson process', () => {
    const arrivals = times({ shape: 'poisson', ratePerSecond: 50, durationSeconds: 200, startSeconds: 30 });
    // Three standard deviations of a count of 10,000 are 300.
    expect(Math.abs(arrivals.length - 10_000)).toBeLessThan(300);
    expect(arrivals[0]).toBeGreaterThan(30_000);
    expect(arrivals.at(-1)).toBeLessThan(230_000);
    const gaps = arrivals.slice(1).map((at, index) => at - (arrivals[index] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    // An exponential distribution has both equal.
    expect(deviation / mean).toBeGreaterThan(0.95);
    expect(deviation / mean).toBeLessThan(1.05);
  });

  it.each([
    [0, 100],
    [100, 0],
    [40, 60],
  ])('goes evenly from a rate of %d to one of %d', (fromPerSecond, toPerSecond) => {
    const arrivals = times({ shape: 'ramp', fromPerSecond, toPerSecond, durationSeconds: 400 });
    const quarters = [0, 1, 2, 3].map(
      (quarter) => arrivals.filter((at) => at >= quarter * 100_000 && at < (quarter + 1) * 100_000).length,
    );
    expect(quarters.reduce((sum, count) => sum + count)).toBe(arrivals.length);
    quarters.forEach((count, quarter) => {
      const expected = 100 * (fromPerSecond + ((toPerSecond - fromPerSecond) * (quarter + 0.5)) / 4);
      expect(Math.abs(count - expected)).toBeLessThan(4 * Math.sqrt(expected));
    });
  });

  it('comes in bursts, at once or spread, also over each other', () => {
    const bursts = { shape: 'bursts', size: 2, everySeconds: 10, durationSeconds: 30 } as const;
    expect(times(bursts)).toEqual([0, 0, 10_000, 10_000, 20_000, 20_000]);
    expect(times({ ...bursts, overSeconds: 30 })).toEqual([0, 10_000, 15_000, 20_000, 25_000, 35_000]);
  });

  it('is replayed in order', () => {
    expect(times({ shape: 'replay', atSeconds: [3, 1, 2], startSeconds: 0.5 })).toEqual([1_500, 2_500, 3_500]);
  });

  it('is in order, of its duration, and about as much as expected', () => {
    const rate = fc.integer({ min: 0, max: 50 });
    const span = { durationSeconds: fc.double({ min: 0.1, max: 100, noNaN: true }) };
    const shape: fc.Arbitrary<TrafficShape> = fc.oneof(
      fc.record({
        shape: fc.constantFrom('constant' as const, 'poisson' as const),
        ratePerSecond: rate.map((each) => each + 0.1),
        ...span,
      }),
      fc.record({ shape: fc.constant('ramp' as const), fromPerSecond: rate, toPerSecond: rate, ...span }),
      fc.record({
        shape: fc.constant('bursts' as const),
        size: fc.integer({ min: 1, max: 20 }),
        everySeconds: fc.integer({ min: 1, max: 30 }),
        ...span,
      }),
    );
    fc.assert(
      fc.property(shape, fc.nat(), (each, seed) => {
        const arrivals = times(each, seed);
        const expected = expectedCalls(each);
        expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
        for (const at of arrivals) {
          expect(at).toBeGreaterThanOrEqual(0);
          // To the rounding.
          if (each.shape !== 'replay') expect(at).toBeLessThan(each.durationSeconds * 1_000 + 1e-6);
        }
        const random = each.shape === 'poisson' || each.shape === 'ramp';
        expect(Math.abs(arrivals.length - expected)).toBeLessThan(random ? 6 * Math.sqrt(expected) + 6 : 1);
      }),
    );
  });

  it('is the same for the same seed', () => {
    const shape = { shape: 'poisson', ratePerSecond: 10, durationSeconds: 10 } as const;
    expect(times(shape, 3)).toEqual(times(shape, 3));
    expect(times(shape, 3)).not.toEqual(times(shape, 4));
  });
});
