import type { CounterSeries } from './series/counter-series.ts';
import type { HistogramSeries } from './series/histogram-series.ts';

/** What one reader had of a series at its last collection. */
interface Had {
  readonly value: number;
  readonly counts: readonly number[];
}

/** Tells one reader what is new since its last collection. */
export class DeltaMemory {
  /** Milliseconds since 1970 of the last collection, or of the start. */
  sinceMs: number;
  readonly #had = new WeakMap<object, Had>();

  constructor(startedAtMs: number) {
    this.sinceMs = startedAtMs;
  }

  sum(series: CounterSeries): number {
    const before = this.#had.get(series)?.value ?? 0;
    this.#had.set(series, { value: series.value, counts: [] });
    return series.value - before;
  }

  histogram(series: HistogramSeries): { readonly sum: number; readonly counts: number[] } {
    const before = this.#had.get(series);
    this.#had.set(series, { value: series.sum, counts: [...series.counts] });
    return {
      sum: series.sum - (before?.value ?? 0),
      counts: series.counts.map((count, bucket) => count - (before?.counts[bucket] ?? 0)),
    };
  }
}
