/** Greatest relative error of a quantile. */
export const RELATIVE_ERROR: number = 0.02;

/** Shortest and longest duration told apart, in milliseconds: what lies outside counts as the nearer one. */
export const SHORTEST_MS: number = 0.1;
export const LONGEST_MS: number = 600_000;

const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);
const BUCKETS = Math.ceil(Math.log(LONGEST_MS / SHORTEST_MS) / LOG_GAMMA) + 1;

/**
 * How many durations there were of about each length: buckets that grow by the same factor, so that the relative error is the same
 * everywhere and the memory (some 400 numbers) is too, however many durations there are.
 *
 * The buckets and the error bound are those of DDSketch (Masson, Rim, Lee, VLDB 2019).
 */
export class DurationSketch {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(durationMs: number): void {
    const bucket = bucketOf(durationMs);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total += 1;
  }

  /** Takes out what `other` counts, which must have been added here too. */
  subtract(other: DurationSketch): void {
    if (other.#total === 0) return;
    other.#counts.forEach((count, bucket) => {
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) - count;
    });
    this.#total -= other.#total;
  }

  clear(): void {
    if (this.#total === 0) return;
    this.#counts.fill(0);
    this.#total = 0;
  }

  /**
   * The duration, within {@link RELATIVE_ERROR}, that the share `quantile` (0 to 1) of all did not exceed: that of rank ⌈quantile · total⌉.
   * Undefined when there is none.
   */
  quantile(quantile: number): number | undefined {
    if (this.#total === 0) return undefined;
    return middleOf(bucketOfRank(this.#counts, Math.max(1, Math.ceil(quantile * this.#total))));
  }
}

/** By index, and apart: it runs for every call that may hedge, and an iterator of pairs takes several times as long. */
function bucketOfRank(counts: Uint32Array, rank: number): number {
  let left = rank;
  let bucket = 0;
  for (; bucket < BUCKETS - 1; bucket += 1) {
    left -= counts[bucket] ?? 0;
    if (left <= 0) break;
  }
  return bucket;
}

/** Bucket `i` holds what is above γ^(i−1) and up to γ^i times the shortest. */
function bucketOf(durationMs: number): number {
  // Also what is no number at all.
  if (!(durationMs > SHORTEST_MS)) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(durationMs / SHORTEST_MS) / LOG_GAMMA));
}

/** As far, relatively, from the lower end of the bucket as from the upper. */
function middleOf(bucket: number): number {
  return bucket === 0 ? SHORTEST_MS : (SHORTEST_MS * 2 * GAMMA ** bucket) / (GAMMA + 1);
}
