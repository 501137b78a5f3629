/** A cumulative histogram: `count` observations, of which `cumulative` were at most `bound`. */
export interface Histogram {
  /** By rising bound; the last bound is +Infinity in a complete histogram. */
  readonly buckets: readonly { readonly bound: number; readonly cumulative: number }[];
}

/** What was observed between two readings of the same histogram. A counter that went down was reset, so the later reading counts whole. */
export function histogramDelta(later: Histogram, earlier: Histogram): Histogram {
  const before = new Map(earlier.buckets.map(({ bound, cumulative }) => [bound, cumulative]));
  const wasReset = later.buckets.some(({ bound, cumulative }) => cumulative < (before.get(bound) ?? 0));
  if (wasReset) return later;
  return {
    buckets: later.buckets.map(({ bound, cumulative }) => ({
      bound,
      cumulative: cumulative - (before.get(bound) ?? 0),
    })),
  };
}

/**
 * The value that a share `q` (0 to 1) of the observations does not exceed, as `histogram_quantile` of Prometheus estimates it:
 * evenly spread inside a bucket, from 0 in the first, and never above the highest finite bound. NaN when nothing was observed.
 */
export function histogramQuantile(q: number, { buckets }: Histogram): number {
  const total = buckets.at(-1)?.cumulative ?? 0;
  if (total === 0) return Number.NaN;
  const rank = q * total;
  const index = buckets.findIndex(({ cumulative }) => cumulative >= rank && cumulative > 0);
  const bucket = buckets[index];
  const lower = buckets[index - 1] ?? { bound: 0, cumulative: 0 };
  if (bucket === undefined) return Number.NaN;
  if (bucket.bound === Number.POSITIVE_INFINITY) return lower.bound;
  const inside = bucket.cumulative - lower.cumulative;
  if (inside === 0) return bucket.bound;
  return lower.bound + (bucket.bound - lower.bound) * ((rank - lower.cumulative) / inside);
}
