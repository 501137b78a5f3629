import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DurationSketch,
  LONGEST_MS,
  RELATIVE_ERROR,
  SHORTEST_MS,
} from '../../../packages/core/src/hedge/duration-sketch.ts';

const duration = fc.double({ min: SHORTEST_MS, max: LONGEST_MS, noNaN: true });
const durations = fc.array(fc.oneof(duration, fc.double({ min: 1, max: 50, noNaN: true })), {
  minLength: 1,
  maxLength: 200,
});
const share = fc.double({ min: 0.001, max: 1, noNaN: true });

function sketchOf(values: readonly number[]): DurationSketch {
  const sketch = new DurationSketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

function exact(values: readonly number[], quantile: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(1, Math.ceil(quantile * sorted.length)) - 1] ?? Number.NaN;
}

describe('DurationSketch', () => {
  it('knows every quantile within its relative error', () => {
    fc.assert(
      fc.property(durations, share, (values, quantile) => {
        const truth = exact(values, quantile);
        const found = sketchOf(values).quantile(quantile) ?? Number.NaN;
        expect(Math.abs(found - truth)).toBeLessThanOrEqual(truth * RELATIVE_ERROR * (1 + 1e-9));
      }),
      { numRuns: 300 },
    );
  });

  it('counts what is out of its range as the nearer end', () => {
    expect(sketchOf([0, -1, Number.NaN, 0.01]).quantile(1)).toBe(SHORTEST_MS);
    const longest = sketchOf([1e12, Number.POSITIVE_INFINITY]).quantile(0.5) ?? 0;
    expect(Math.abs(longest - LONGEST_MS) / LONGEST_MS).toBeLessThan(3 * RELATIVE_ERROR);
  });

  it('knows nothing of nothing', () => {
    expect(new DurationSketch().quantile(0.5)).toBeUndefined();
  });

  it('is after a subtraction as if what was taken out had never been added', () => {
    fc.assert(
      fc.property(durations, durations, share, (kept, gone, quantile) => {
        const sketch = sketchOf([...kept, ...gone]);
        sketch.subtract(sketchOf(gone));
        expect([sketch.total, sketch.quantile(quantile)]).toEqual([kept.length, sketchOf(kept).quantile(quantile)]);
      }),
    );
  });
});
