import type { IBreaker } from 'cockatiel';
import type { Clock } from '../clock.ts';
import { SlidingCount } from '../sliding-count.ts';

export interface RatioBreakerOptions {
  /** Share of failures that trips, above 0 up to 1. */
  readonly failureRatio: number;
  /** Results the window must hold before the share counts. */
  readonly minimumCalls: number;
  readonly windowMs: number;
  readonly clock: Clock;
}

interface SavedState {
  readonly successes: ReturnType<SlidingCount['save']>;
  readonly failures: ReturnType<SlidingCount['save']>;
}

/**
 * Trips when the share of failures in a sliding time window is reached.
 *
 * cockatiel's own `SamplingBreaker` moves its window only when it is called, one step per call, so that after an idle hour
 * old failures still count; this one goes by the monotonic clock and lets them age out.
 */
export class RatioBreaker implements IBreaker {
  readonly #options: RatioBreakerOptions;
  readonly #successes: SlidingCount;
  readonly #failures: SlidingCount;

  constructor(options: RatioBreakerOptions) {
    this.#options = options;
    this.#successes = new SlidingCount(options.windowMs, options.clock);
    this.#failures = new SlidingCount(options.windowMs, options.clock);
  }

  get state(): unknown {
    return { successes: this.#successes.save(), failures: this.#failures.save() } satisfies SavedState;
  }

  set state(value: unknown) {
    const { successes, failures } = value as SavedState;
    this.#successes.restore(successes);
    this.#failures.restore(failures);
  }

  success(): void {
    this.#successes.increment();
  }

  failure(): boolean {
    this.#failures.increment();
    const failures = this.#failures.total;
    const calls = failures + this.#successes.total;
    return calls >= this.#options.minimumCalls && failures >= this.#options.failureRatio * calls;
  }
}
