import { type Clock, systemClock } from '../clock.ts';
import { assertCanPass, assertPositive } from './validate.ts';

/** What a bucket says about one request. Times are in milliseconds. */
export interface BucketDecision {
  readonly admitted: boolean;
  /** Capacity of the bucket, in tokens. */
  readonly limit: number;
  /** Whole and broken tokens left after the decision. */
  readonly remaining: number;
  /** 0 when admitted; else the time after which the same request fits, if nobody else takes tokens meanwhile. */
  readonly retryAfterMs: number;
}

/**
 * A token bucket: starts full, refills continuously at `refillPerSecond`, never above `capacity`.
 *
 * A refused request costs nothing. Time that seems to run backwards adds and removes nothing.
 */
export class TokenBucket {
  readonly #clock: Clock;
  #capacity: number;
  #refillPerMs: number;
  #tokens: number;
  #refilledAtMs: number;

  /**
   * @param capacity tokens, above 0: the burst that an idle bucket admits at once
   * @param refillPerSecond tokens per second, above 0
   * @throws InvalidArgumentError for a value that is not a finite number above 0
   */
  constructor(capacity: number, refillPerSecond: number, clock: Clock = systemClock) {
    assertPositive('Capacity', capacity);
    assertPositive('Refill rate', refillPerSecond);
    this.#clock = clock;
    this.#capacity = capacity;
    this.#refillPerMs = refillPerSecond / 1000;
    this.#tokens = capacity;
    this.#refilledAtMs = clock.now();
  }

  get capacity(): number {
    return this.#capacity;
  }

  get refillPerSecond(): number {
    return this.#refillPerMs * 1000;
  }

  /** Whether the bucket holds everything it can, so that forgetting it loses nothing. */
  get full(): boolean {
    return this.getAvailableTokens() >= this.#capacity;
  }

  /**
   * Takes `cost` tokens when they are there.
   *
   * @throws InvalidArgumentError when `cost` is negative, not finite, or above the capacity: such a request can never pass
   */
  take(cost = 1): BucketDecision {
    assertCanPass(cost, this.#capacity);
    this.#refill();
    if (this.#tokens >= cost) {
      this.#tokens -= cost;
      return { admitted: true, limit: this.#capacity, remaining: this.#tokens, retryAfterMs: 0 };
    }
    return {
      admitted: false,
      limit: this.#capacity,
      remaining: this.#tokens,
      retryAfterMs: (cost - this.#tokens) / this.#refillPerMs,
    };
  }

  /** {@link take} as a plain yes or no. */
  allow(cost = 1): boolean {
    return this.take(cost).admitted;
  }

  /** Tokens available now, fractions included. */
  getAvailableTokens(): number {
    this.#refill();
    return this.#tokens;
  }

  /** Fills the bucket. */
  reset(): void {
    this.#tokens = this.#capacity;
    this.#refilledAtMs = this.#clock.now();
  }

  /** Applies a changed limit from now on. The level stays, clipped to the new capacity. */
  configure(capacity: number, refillPerSecond: number): void {
    assertPositive('Capacity', capacity);
    assertPositive('Refill rate', refillPerSecond);
    this.#refill();
    this.#capacity = capacity;
    this.#refillPerMs = refillPerSecond / 1000;
    this.#tokens = Math.min(this.#tokens, capacity);
  }

  #refill(): void {
    const now = this.#clock.now();
    const elapsedMs = now - this.#refilledAtMs;
    if (elapsedMs <= 0) return;
    this.#tokens = Math.min(this.#capacity, this.#tokens + elapsedMs * this.#refillPerMs);
    this.#refilledAtMs = now;
  }
}
