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

  /** @param free tokens that the shared bucket is thought to have */
  decide(storeKey: string, rate: SharedRate, cost: number, free: number, nowMs: number): SharedDecision {
    if (!this.#active) this.#fallback.begin(storeKey, rate, free);
    this.#active = true;
    const decision = this.#fallback.decide(storeKey, rate, cost);
    if (decision.admitted) this.owe(rate, cost, nowMs);
    return decision;
  }

  /** The store decides again. */
  end(): void {
    this.#active = false;
  }

  /** Takes note of tokens that were handed out without the store, which is to hear of them later. */
  owe(rate: SharedRate, cost: number, nowMs: number): void {
    this.#owed.add(cost, rate.capacity, this.#fallback.perMs(rate), nowMs);
  }

  /** Tokens that the store is to hear of. */
  owed(rate: SharedRate, nowMs: number): number {
    return this.#owed.amount(this.#fallback.perMs(rate), nowMs);
  }

  /** The store has heard of them. */
  told(): void {
    this.#owed.clear();
  }
}
