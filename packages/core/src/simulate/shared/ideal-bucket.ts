import type { SharedRate } from '../../rate-limit/shared/shared-decision.ts';

/** A token bucket that hears of everything at once: what shared limits are measured by. */
export class IdealBucket {
  readonly #capacity: number;
  readonly #perMs: number;
  #level: number;
  #atMs: number;

  constructor({ capacity, windowSeconds }: SharedRate, nowMs: number) {
    this.#capacity = capacity;
    this.#perMs = capacity / (windowSeconds * 1000);
    this.#level = capacity;
    this.#atMs = nowMs;
  }

  /** Whether it would have admitted one request now; takes a token if so. */
  admits(nowMs: number): boolean {
    if (this.#refilled(nowMs) < 1) return false;
    this.#level -= 1;
    return true;
  }

  /** Takes tokens that were admitted, and tells how many more than there are. */
  take(tokens: number, nowMs: number): number {
    this.#level = this.#refilled(nowMs) - tokens;
    return Math.max(0, -this.#level);
  }

  #refilled(nowMs: number): number {
    this.#level = Math.min(this.#capacity, this.#level + (nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
    return this.#level;
  }
}
