import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Histogram, histogramDelta, histogramQuantile } from '../../../demo/metrics/histogram.ts';

const BOUNDS = [0.1, 0.5, 1, Number.POSITIVE_INFINITY];

function histogramOf(observations: readonly number[], bounds: readonly number[] = BOUNDS): Histogram {
  return {
    buckets: bounds.map((bound) => ({ bound, cumulative: observations.filter((value) => value <= bound).length })),
  };
}

const observations = fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 1, maxLength: 100 });
const shares = fc.double({ min: 0.001, max: 1, noNaN: true });

describe('histogramQuantile', () => {
  it('spreads the observations of a bucket evenly, from 0 in the first', () => {
    const histogram = histogramOf([0.05, 0.05, 0.3, 0.3]);
    expect(histogramQuantile(0.25, histogram)).toBeCloseTo(0.05);
    expect(histogramQuantile(0.5, histogram)).toBeCloseTo(0.1);
    expect(histogramQuantile(0.75, histogram)).toBeCloseTo(0.3);
    expect(histogramQuantile(1, histogram)).toBeCloseTo(0.5);
  });

  it('gives the highest finite bound for what lies above it', () => {
    expect(histogramQuantile(0.95, histogramOf([5, 6, 7]))).toBe(1);
  });

  it('is NaN when nothing was observed', () => {
    expect(histogramQuantile(0.5, histogramOf([]))).toBeNaN();
    expect(histogramQuantile(0.5, { buckets: [] })).toBeNaN();
  });

  it('lies in the bucket of the observation that it estimates', () => {
    fc.assert(
      fc.property(observations, shares, (values, q) => {
        const sorted = values.toSorted((left, right) => left - right);
        const exact = sorted[Math.ceil(q * sorted.length) - 1] ?? Number.NaN;
        const upper = BOUNDS.find((bound) => exact <= bound) ?? Number.NaN;
        const lower = BOUNDS[BOUNDS.indexOf(upper) - 1] ?? 0;
        const estimate = histogramQuantile(q, histogramOf(values));
        expect(estimate).toBeGreaterThanOrEqual(lower);
        expect(estimate).toBeLessThanOrEqual(upper);
      }),
    );
  });

  it('never falls as the share rises', () => {
    fc.assert(
      fc.property(observations, shares, shares, (values, one, other) => {
        const histogram = histogramOf(values);
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        expect(histogramQuantile(low, histogram)).toBeLessThanOrEqual(histogramQuantile(high, histogram));
      }),
    );
  });
});

describe('histogramDelta', () => {
  it('is what was observed in between', () => {
    fc.assert(
      fc.property(observations, observations, (before, after) => {
        expect(histogramDelta(histogramOf([...before, ...after]), histogramOf(before))).toEqual(histogramOf(after));
      }),
    );
  });

  it('counts a histogram whole that was not there before', () => {
    expect(histogramDelta(histogramOf([0.2]), { buckets: [] })).toEqual(histogramOf([0.2]));
  });

  it('counts the later reading whole after a reset', () => {
    expect(histogramDelta(histogramOf([0.2]), histogramOf([0.2, 0.3, 0.4]))).toEqual(histogramOf([0.2]));
  });
});
