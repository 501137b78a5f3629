import { MOST_LEASED } from './bucket-script.ts';
import type { SharedRate } from './shared-decision.ts';

/** Leases are sized for this share of the window, within bounds: longer ones would stand in the way of others. */
const HORIZON_SHARE = 0.4;
/**
 * How long a lease is good for, as a share of the window: what is leased and not reported then stays well below the capacity. Not so short
 * that tokens lapse in a process that is held up for a moment.
 */
const LEASE_SHARE = 0.6;
const LEAST_HORIZON_MS = 10;
const MOST_HORIZON_MS = 200;
const LEAST_LEASE_MS = 250;
const MOST_LEASE_MS = 10_000;
/** Tokens that nobody wanted for so long are given back. */
const QUIET_MS = 20;
/** Tokens are given back when no more than this share of their lease is left. */
const LAST = 0.1;
/** Tokens per horizon from which on a key is worth a lease. */
const HOT = 2;

/** How fast one process asks for tokens of one bucket, and what is worth leasing for it. */
export class Demand {
  /** The time for which a lease should last. */
  readonly horizonMs: number;
  /** How long a lease is good for, in whole microseconds. */
  readonly leaseUs: number;
  /** Whether the bucket refills fast enough for a lease to be worth it, and can lease. */
  readonly #leasable: boolean;
  #asked = 0;
  #perMs = 0;
  #sinceMs: number;

  constructor({ capacity, windowSeconds }: SharedRate, nowMs: number) {
    const windowMs = windowSeconds * 1000;
    this.horizonMs = Math.min(Math.max(windowMs * HORIZON_SHARE, LEAST_HORIZON_MS), MOST_HORIZON_MS);
    this.leaseUs = Math.round(Math.min(Math.max(windowMs * LEASE_SHARE, LEAST_LEASE_MS), MOST_LEASE_MS) * 1000);
    this.#leasable = (capacity * this.horizonMs) / windowMs >= HOT && capacity <= MOST_LEASED;
    this.#sinceMs = nowMs;
  }

  /** Takes note of tokens that somebody wants, granted or not. */
  add(tokens: number): void {
    this.#asked += tokens;
  }

  /** Whether leased tokens are better given back: nobody has wanted them for so long, or they lapse soon. */
  isOver(quietMs: number, leftMs: number): boolean {
    return quietMs >= Math.max(this.horizonMs, QUIET_MS) || leftMs < (this.leaseUs / 1000) * LAST;
  }

  /** Tokens per horizon at the rate of late; 0 while the key is not worth a lease. */
  perHorizon(nowMs: number): number {
    const elapsedMs = nowMs - this.#sinceMs;
    if (elapsedMs > 0) {
      const kept = Math.exp(-elapsedMs / this.horizonMs);
      this.#perMs = this.#perMs * kept + (this.#asked / elapsedMs) * (1 - kept);
      this.#asked = 0;
      this.#sinceMs = nowMs;
    }
    const tokens = this.#perMs * this.horizonMs;
    return tokens < HOT || !this.#leasable ? 0 : Math.ceil(tokens);
  }
}
