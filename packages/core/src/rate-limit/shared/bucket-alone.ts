import type { BucketLevel } from './bucket-level.ts';
import { OwedTokens } from './owed-tokens.ts';
import type { SharedDecision, SharedRate } from './shared-decision.ts';
import type { StoreFallback } from './store-fallback.ts';

/** One bucket without the store: what decides then, and what the store is to hear of it. */
export class BucketAlone {
  readonly #fallback: StoreFallback;
  readonly #owed = new OwedTokens();
  #active = false;

  constructor(fallback: StoreFallback) {
    this.#fallback = fallback;
  }

  /** Decides one request. */
  decide(level: BucketLevel, cost: number, nowMs: number): SharedDecision {
    const { storeKey, rate } = level;
    if (!this.#active) this.#fallback.begin(storeKey, rate, level.free(nowMs));
    this.#active = true;
    const decision = this.#fallback.decide(storeKey, rate, cost);
    if (decision.admitted && this.#fallback.mode === 'allow') {
      // All processes together empty the bucket: that more had passed is what the mode is for, and nothing to be made up for afterwards.
      const room = this.#fallback.capacity(rate) - this.#owed.amount(this.#fallback.perMs(rate), nowMs);
      this.owe(rate, Math.min(cost, Math.max(0, room)), nowMs);
    }
    return decision;
  }

  /** The store decides again. To be told before it is known what it says. */
  end(level: BucketLevel, nowMs: number): void {
    if (!this.#active) return;
    this.owe(level.rate, this.#missing(level, nowMs), nowMs);
    this.#active = false;
  }

  /** Takes note of tokens that were handed out without the store, which is to hear of them later. */
  owe(rate: SharedRate, cost: number, nowMs: number): void {
    this.#owed.add(cost, rate.capacity, this.#fallback.perMs(rate), nowMs);
  }

  /** Tokens that the store is to hear of. */
  owed(level: BucketLevel, nowMs: number): number {
    const missing = this.#active ? this.#missing(level, nowMs) : 0;
    return missing + this.#owed.amount(this.#fallback.perMs(level.rate), nowMs);
  }

  /** The store has heard of them. */
  told(): void {
    this.#owed.clear();
  }

  #missing(level: BucketLevel, nowMs: number): number {
    return this.#fallback.missing(level.storeKey, level.rate, level.free(nowMs));
  }
}
