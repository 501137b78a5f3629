import { type BucketAnswer, type BucketRequest, bareRequest, type StoreAnswer } from './bucket-request.ts';
import { SETTLED_MS } from './bucket-script.ts';
import { freeNow, hintOf, type KnownLevel, type SharedRate } from './shared-decision.ts';

/** One bucket as this process last heard of it from the store. */
export class BucketLevel {
  readonly storeKey: string;
  rate: SharedRate;
  #known: KnownLevel | undefined;
  #baseUs = 0;

  constructor(storeKey: string, rate: SharedRate) {
    this.storeKey = storeKey;
    this.rate = rate;
  }

  /** Takes note of what the store says. */
  learn({ atUs }: StoreAnswer, { free, leased, leaseUs }: BucketAnswer, nowMs: number): void {
    this.#known = { free, leased, leasedUs: leaseUs, atMs: nowMs };
    this.#baseUs = atUs;
  }

  /** Free tokens by now, if nobody has taken any. */
  free(nowMs: number): number {
    return freeNow(this.rate, this.#known, nowMs);
  }

  /** A question that takes and leases nothing. */
  bare(nowMs: number): BucketRequest {
    return bareRequest(this.storeKey, this.rate, hintOf(this.rate, this.#known, nowMs));
  }

  /** The time of the store, in whole µs, or somewhat less: an answer is older than it seems. 0 before the first one. */
  storeUs(nowMs: number): number {
    return this.#known === undefined ? 0 : this.#baseUs + Math.floor((nowMs - this.#known.atMs) * 1000);
  }

  /** The time of the store after which nobody waits any more for what is asked now, in µs. */
  deadlineUs(nowMs: number, budgetMs: number): number {
    if (this.#known === undefined) return Number.MAX_SAFE_INTEGER;
    return this.storeUs(nowMs) + Math.ceil(Math.min(budgetMs, SETTLED_MS) * 1000);
  }
}
