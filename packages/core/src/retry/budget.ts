import type { Clock } from '../clock.ts';
import type { RetryBudgetConfig } from '../config/types.ts';
import { SlidingCount } from '../sliding-count.ts';

const WINDOW_SECONDS = 10;

/**
 * Keeps retries a small share of the calls of the last ten seconds, so that they cannot multiply an outage, plus a floor
 * so that a quiet service may still retry.
 *
 * Design and defaults (20 %, ten per second, ten seconds) are those of Finagle's `RetryBudget`.
 */
export class RetryBudget {
  readonly #config: RetryBudgetConfig;
  readonly #calls: SlidingCount;
  readonly #retries: SlidingCount;

  constructor(config: RetryBudgetConfig, clock: Clock) {
    this.#config = config;
    this.#calls = new SlidingCount(WINDOW_SECONDS * 1000, clock);
    this.#retries = new SlidingCount(WINDOW_SECONDS * 1000, clock);
  }

  /** Retries that could start now. */
  get balance(): number {
    const { ratio, minRetriesPerSecond } = this.#config;
    return this.#calls.total * ratio + minRetriesPerSecond * WINDOW_SECONDS - this.#retries.total;
  }

  /** Notes a call, retried or not. */
  deposit(): void {
    this.#calls.increment();
  }

  /** Takes one retry from the budget, if there is one. */
  tryWithdraw(): boolean {
    if (this.balance < 1) return false;
    this.#retries.increment();
    return true;
  }
}
