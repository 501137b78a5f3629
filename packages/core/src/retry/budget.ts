import type { Clock } from '../clock.ts';
import type { RetryBudgetConfig } from '../config/types.ts';

const SLOTS = 10;
const SLOT_MS = 1000;

/**
 * Keeps retries a small share of the calls of the last ten seconds, so that they cannot multiply an outage, plus a floor
 * so that a quiet service may still retry.
 *
 * Design and defaults (20 %, ten per second, ten seconds) are those of Finagle's `RetryBudget`.
 */
export class RetryBudget {
  readonly #config: RetryBudgetConfig;
  readonly #clock: Clock;
  readonly #calls = new Float64Array(SLOTS);
  readonly #retries = new Float64Array(SLOTS);
  #slot: number;

  constructor(config: RetryBudgetConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
    this.#slot = Math.floor(clock.now() / SLOT_MS);
  }

  /** Retries that could start now. */
  get balance(): number {
    this.#rotate();
    const { ratio, minRetriesPerSecond } = this.#config;
    return sum(this.#calls) * ratio + minRetriesPerSecond * SLOTS - sum(this.#retries);
  }

  /** Notes a call, retried or not. */
  deposit(): void {
    this.#rotate();
    add(this.#calls, this.#slot);
  }

  /** Takes one retry from the budget, if there is one. */
  tryWithdraw(): boolean {
    if (this.balance < 1) return false;
    add(this.#retries, this.#slot);
    return true;
  }

  /** Empties the slots that time has passed over. A clock that stands still or steps back moves nothing. */
  #rotate(): void {
    const now = Math.floor(this.#clock.now() / SLOT_MS);
    const passed = Math.min(now - this.#slot, SLOTS);
    if (passed <= 0) return;
    for (let slot = now - passed + 1; slot <= now; slot += 1) {
      this.#calls[slot % SLOTS] = 0;
      this.#retries[slot % SLOTS] = 0;
    }
    this.#slot = now;
  }
}

function add(ring: Float64Array, slot: number): void {
  const index = slot % SLOTS;
  ring[index] = (ring[index] ?? 0) + 1;
}

function sum(ring: Float64Array): number {
  let total = 0;
  for (const value of ring) total += value;
  return total;
}
