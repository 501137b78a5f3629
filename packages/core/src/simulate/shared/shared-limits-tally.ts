import type { SharedRate } from '../../rate-limit/shared/shared-decision.ts';
import { IdealBucket } from './ideal-bucket.ts';
import type { Fairness } from './shared-limits-report.ts';

/** Counts what becomes of requests, and what would have become of them at one limiter that everybody is at. */
export class SharedLimitsTally {
  readonly #rate: SharedRate;
  readonly #hot: string;
  readonly #buckets = new Map<string, { readonly ideal: IdealBucket; readonly seen: IdealBucket }>();
  readonly #asked: Float64Array;
  readonly #admitted: Float64Array;
  asked = 0;
  admitted = 0;
  allowed = 0;
  over = 0;

  constructor(rate: SharedRate, processes: number, hot: string) {
    this.#rate = rate;
    this.#hot = hot;
    this.#asked = new Float64Array(processes);
    this.#admitted = new Float64Array(processes);
  }

  /** Keys asked for. */
  get keys(): number {
    return this.#buckets.size;
  }

  ask(storeKey: string, process: number, nowMs: number): void {
    this.asked += 1;
    if (this.#of(storeKey, nowMs).ideal.admits(nowMs)) this.allowed += 1;
    if (storeKey === this.#hot) this.#asked[process] = (this.#asked[process] ?? 0) + 1;
  }

  admit(storeKey: string, process: number): void {
    this.admitted += 1;
    if (storeKey === this.#hot) this.#admitted[process] = (this.#admitted[process] ?? 0) + 1;
  }

  /** Tokens are spent. */
  spend(storeKey: string, tokens: number, nowMs: number): void {
    this.over = Math.max(this.over, this.#of(storeKey, nowMs).seen.take(tokens, nowMs));
  }

  fairness(): Fairness {
    let [count, sum, squares, least, asked, admitted] = [0, 0, 0, Number.POSITIVE_INFINITY, 0, 0];
    for (const [process, wanted] of this.#asked.entries()) {
      if (wanted === 0) continue;
      const share = (this.#admitted[process] ?? 0) / wanted;
      count += 1;
      sum += share;
      squares += share * share;
      least = Math.min(least, share);
      asked += wanted;
      admitted += this.#admitted[process] ?? 0;
    }
    const even = sum === 0;
    return {
      asked,
      admitted,
      processes: count,
      jain: even ? 1 : (sum * sum) / (count * squares),
      leastOfMean: even ? 1 : least / (sum / count),
    };
  }

  #of(storeKey: string, nowMs: number): { readonly ideal: IdealBucket; readonly seen: IdealBucket } {
    let buckets = this.#buckets.get(storeKey);
    if (buckets === undefined) {
      buckets = { ideal: new IdealBucket(this.#rate, nowMs), seen: new IdealBucket(this.#rate, nowMs) };
      this.#buckets.set(storeKey, buckets);
    }
    return buckets;
  }
}
