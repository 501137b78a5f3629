import { ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistogramSeries } from '../../../packages/otel/src/series/histogram-series.ts';

const sampled = trace.setSpanContext(ROOT_CONTEXT, {
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  traceFlags: TraceFlags.SAMPLED,
});

const boundaries: fc.Arbitrary<number[]> = fc
  .uniqueArray(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 8 })
  .map((bounds) => bounds.map((bound) => bound + 0).sort((a, b) => a - b));

/** Values of all sizes, many of which stand on a boundary or next to one, and many of which resemble the one before. */
const measured: fc.Arbitrary<{ readonly bounds: number[]; readonly values: number[] }> = boundaries.chain((bounds) => {
  const near = bounds.flatMap((bound) => [bound, bound * (1 - Number.EPSILON), bound * (1 + Number.EPSILON)]);
  const any = fc.double({ min: 0, max: 200, noNaN: true });
  const value = fc.oneof(fc.constantFrom(0, Number.POSITIVE_INFINITY, ...near), any);
  const runs = fc.array(fc.tuple(value, fc.integer({ min: 1, max: 3 })), { maxLength: 20 });
  return runs.map((each) => ({ bounds, values: each.flatMap(([one, times]) => Array<number>(times).fill(one)) }));
});

/** The bucket by its definition: the first whose upper bound is not below the value. */
function bucketOf(value: number, bounds: readonly number[]): number {
  const first = bounds.findIndex((bound) => value <= bound);
  return first === -1 ? bounds.length : first;
}

describe('the distribution of one label set', () => {
  it('has each measurement in its bucket, whatever was measured before', () => {
    fc.assert(
      fc.property(measured, ({ bounds, values }) => {
        const series = new HistogramSeries({}, bounds);
        const counts = new Array<number>(bounds.length + 1).fill(0);
        let sum = 0;
        for (const value of values) {
          const bucket = bucketOf(value, bounds);
          counts[bucket] = (counts[bucket] ?? 0) + 1;
          sum += value;
          series.record(value, undefined);
        }
        expect(series.counts).toEqual(counts);
        expect([series.count, series.sum]).toEqual([values.length, sum]);
        expect([series.min, series.max]).toEqual([Math.min(...values), Math.max(...values)]);
      }),
    );
  });

  it('has the trace of the last sampled measurement in the bucket of that measurement', () => {
    fc.assert(
      fc.property(measured, fc.infiniteStream(fc.boolean()), ({ bounds, values }, inTrace) => {
        const series = new HistogramSeries({}, bounds);
        const last = new Array<number | undefined>(bounds.length + 1).fill(undefined);
        for (const value of values) {
          const traced = inTrace.next().value === true;
          if (traced) last[bucketOf(value, bounds)] = value;
          series.record(value, traced ? sampled : undefined);
        }
        expect(series.exemplars.map((exemplar) => exemplar?.value)).toEqual(last);
      }),
    );
  });

  it('takes no value that is no number or below zero', () => {
    const series = new HistogramSeries({}, [1, 2]);
    for (const value of [Number.NaN, -1, 1.5, Number.NaN]) series.record(value, sampled);
    expect([series.counts, series.count, series.sum, series.min, series.max]).toEqual([[0, 1, 0], 1, 1.5, 1.5, 1.5]);
    expect(series.exemplars.filter((exemplar) => exemplar !== undefined)).toHaveLength(1);
  });
});
