import type { Histogram } from '../metrics/histogram.ts';

/** How one request of the load ended: its HTTP status, or `broken` when no whole answer came. */
export type Ending = number | 'broken';

/** Upper bounds of the latency buckets, in seconds: 5 % apart, from 1 ms to about 20 s. */
const BOUNDS: readonly number[] = [...Array.from({ length: 204 }, (_, index) => 0.001 * 1.05 ** index), Infinity];

/** What the load saw of one endpoint. `failed` is everything that is neither 2xx, nor 429, nor 503. */
export interface EndpointResult {
  readonly requests: number;
  readonly ok: number;
  /** 429: come back later. */
  readonly tooMany: number;
  /** 503: not available. */
  readonly unavailable: number;
  readonly failed: number;
  /** Seconds until the end of the answer, of the requests that were answered with 2xx. */
  readonly latency: Histogram;
}

/** Counts endings and latencies of one endpoint in constant memory. */
export class Tally {
  #ok = 0;
  #tooMany = 0;
  #unavailable = 0;
  #failed = 0;
  readonly #latencies: number[] = BOUNDS.map(() => 0);

  record(ending: Ending, seconds: number): void {
    if (ending === 429) this.#tooMany += 1;
    else if (ending === 503) this.#unavailable += 1;
    else if (ending === 'broken' || ending < 200 || ending > 299) this.#failed += 1;
    else {
      this.#ok += 1;
      const index = BOUNDS.findIndex((bound) => seconds <= bound);
      this.#latencies[index] = (this.#latencies[index] ?? 0) + 1;
    }
  }

  read(): EndpointResult {
    let cumulative = 0;
    const buckets = BOUNDS.map((bound, index) => {
      cumulative += this.#latencies[index] ?? 0;
      return { bound, cumulative };
    });
    return {
      requests: this.#ok + this.#tooMany + this.#unavailable + this.#failed,
      ok: this.#ok,
      tooMany: this.#tooMany,
      unavailable: this.#unavailable,
      failed: this.#failed,
      latency: { buckets },
    };
  }
}
