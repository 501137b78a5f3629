import type { Clock } from '../../clock.ts';
import { RateLimiter } from '../rate-limiter.ts';
import { type SharedDecision, type SharedRate, sharedDecision } from './shared-decision.ts';
import type { StoreErrorMode } from './store-state.ts';

/** When to try again where nobody knows. */
const UNKNOWN_MS = 1_000;

/** Decides in the place of the store. */
export class StoreFallback {
  readonly mode: StoreErrorMode;
  readonly #share: number;
  readonly #limiter: RateLimiter;

  /** @param processes among which the capacity is shared in mode `local` */
  constructor(mode: StoreErrorMode, processes: number, maxKeys: number, clock: Clock) {
    this.mode = mode;
    this.#share = 1 / processes;
    this.#limiter = new RateLimiter({ maxKeys, clock });
  }

  decide(storeKey: string, rate: SharedRate, cost: number): SharedDecision {
    if (this.mode === 'allow') return sharedDecision(rate, 0, 0, 'fallback');
    if (this.mode === 'deny') return sharedDecision(rate, 0, UNKNOWN_MS, 'fallback');
    const local = this.#localRate(rate);
    if (cost > local.capacity) return sharedDecision(rate, 0, rate.windowSeconds * 1000, 'fallback');
    return { ...this.#limiter.decide(storeKey, local, cost), source: 'fallback' };
  }

  /** Starts the local bucket no fuller than the shared one was: what was spent of that is not to be had once more. */
  begin(storeKey: string, rate: SharedRate, free: number): void {
    if (this.mode !== 'local') return;
    const { capacity, windowSeconds } = this.#localRate(rate);
    const level = Math.max(0, free) * this.#share;
    const surplus = this.#limiter.getRemaining(storeKey, capacity, windowSeconds) - level;
    if (surplus > 0) this.#limiter.decide(storeKey, { capacity, windowSeconds }, Math.min(surplus, capacity));
  }

  /**
   * How much fuller than the local bucket its share of the shared one has become, which has refilled while nobody could take of it: what the
   * two have in common is not to be had twice.
   */
  missing(storeKey: string, rate: SharedRate, free: number): number {
    if (this.mode !== 'local') return 0;
    const { capacity, windowSeconds } = this.#localRate(rate);
    return Math.max(0, free * this.#share - this.#limiter.getRemaining(storeKey, capacity, windowSeconds));
  }

  /** Tokens that are the share of one process. */
  capacity(rate: SharedRate): number {
    return this.#localRate(rate).capacity;
  }

  /** Tokens per millisecond that a process may hand out by itself. */
  perMs({ capacity, windowSeconds }: SharedRate): number {
    return (capacity * this.#share) / (windowSeconds * 1000);
  }

  #localRate({ capacity, windowSeconds }: SharedRate): SharedRate {
    return { capacity: capacity * this.#share, windowSeconds };
  }
}
