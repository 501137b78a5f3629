import type { IBreaker } from 'cockatiel';
import type { Clock } from '../clock.ts';

const BUCKETS = 10;

export interface RatioBreakerOptions {
  /** Share of failures that trips, above 0 up to 1. */
  readonly failureRatio: number;
  /** Results the window must hold before the share counts. */
  readonly minimumCalls: number;
  readonly windowMs: number;
  readonly clock: Clock;
}

/**
 * Trips when the share of failures in a sliding time window is reached.
 *
 * cockatiel's own `SamplingBreaker` moves its window only when it is called, one step per call, so that after an idle hour
 * old failures still count; this one goes by the monotonic clock and lets them age out.
 */
export class RatioBreaker implements IBreaker {
  readonly #options: RatioBreakerOptions;
  readonly #bucketMs: number;
  readonly #successes = new Float64Array(BUCKETS);
  readonly #failures = new Float64Array(BUCKETS);
  #bucket: number;

  constructor(options: RatioBreakerOptions) {
    this.#options = options;
    this.#bucketMs = options.windowMs / BUCKETS;
    this.#bucket = this.#now();
  }

  get state(): unknown {
    return { bucket: this.#bucket, successes: [...this.#successes], failures: [...this.#failures] };
  }

  set state(value: unknown) {
    const { bucket, successes, failures } = value as { bucket: number; successes: number[]; failures: number[] };
    this.#bucket = bucket;
    this.#successes.set(successes);
    this.#failures.set(failures);
  }

  success(): void {
    this.#rotate();
    increment(this.#successes, this.#bucket);
  }

  failure(): boolean {
    this.#rotate();
    increment(this.#failures, this.#bucket);
    const failures = total(this.#failures);
    const calls = failures + total(this.#successes);
    return calls >= this.#options.minimumCalls && failures >= this.#options.failureRatio * calls;
  }

  #now(): number {
    return Math.floor(this.#options.clock.now() / this.#bucketMs);
  }

  #rotate(): void {
    const now = this.#now();
    const passed = Math.min(now - this.#bucket, BUCKETS);
    if (passed <= 0) return;
    for (let bucket = now - passed + 1; bucket <= now; bucket += 1) {
      this.#successes[bucket % BUCKETS] = 0;
      this.#failures[bucket % BUCKETS] = 0;
    }
    this.#bucket = now;
  }
}

function increment(ring: Float64Array, bucket: number): void {
  const index = bucket % BUCKETS;
  ring[index] = (ring[index] ?? 0) + 1;
}

function total(ring: Float64Array): number {
  let sum = 0;
  for (const value of ring) sum += value;
  return sum;
}
