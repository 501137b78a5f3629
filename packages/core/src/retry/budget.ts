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
  #config: RetryBudgetConfig;
  readonly #clock: Clock;
  readonly #calls: SlidingCount;
  readonly #retries: SlidingCount;

  /** The time at which the calls are counted. */
  #nowMs: number;

  constructor(config: RetryBudgetConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
    this.#nowMs = clock.now();
    this.#calls = new SlidingCount(
      WINDOW_SECONDS * 1000,
      stoppedClock(clock, () => this.#nowMs),
    );
    this.#retries = new SlidingCount(WINDOW_SECONDS * 1000, clock);
  }

  /** Goes on with other figures; what was counted stays. */
  configure(config: RetryBudgetConfig): void {
    this.#config = config;
  }

  /** Retries that could start now. */
  get balance(): number {
    return this.#allowed() - this.#retries.total;
  }

  /** The share of the budget that is left: 1 while none of it is used, 0 when all of it is. */
  get remaining(): number {
    const used = this.#retries.total;
    if (used === 0) return 1;
    const allowed = this.#allowed();
    return allowed <= used ? 0 : 1 - used / allowed;
  }

  /**
   * Notes a call, retried or not. Every call does, so it may say what time it is (milliseconds of the clock): reading the clock is most
   * of what this costs.
   */
  deposit(nowMs: number = this.#clock.now()): void {
    this.#nowMs = nowMs;
    this.#calls.increment();
  }

  #allowed(): number {
    const { ratio, minRetriesPerSecond } = this.#config;
    this.#nowMs = this.#clock.now();
    return this.#calls.total * ratio + minRetriesPerSecond * WINDOW_SECONDS;
  }

  /** Takes one retry from the budget, if there is one. */
  tryWithdraw(): boolean {
    if (this.balance < 1) return false;
    this.#retries.increment();
    return true;
  }
}

/** A clock that shows the time it is told. */
function stoppedClock(clock: Clock, now: () => number): Clock {
  return {
    now,
    wallNow: () => clock.wallNow(),
    setTimeout: (callback, delayMs) => clock.setTimeout(callback, delayMs),
    clearTimeout: (timer) => clock.clearTimeout(timer),
  };
}
