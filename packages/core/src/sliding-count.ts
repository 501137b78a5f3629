import type { Clock } from './clock.ts';

const SLOTS = 10;

/**
 * Counts what happened in the last `windowMs`, in ten slots: what is older ages out by time alone, however long nothing
 * was counted. A clock that stands still or steps back forgets nothing.
 */
export class SlidingCount {
  readonly #clock: Clock;
  readonly #slotMs: number;
  readonly #counts = new Float64Array(SLOTS);
  #slot: number;

  constructor(windowMs: number, clock: Clock) {
    this.#clock = clock;
    this.#slotMs = windowMs / SLOTS;
    this.#slot = this.#now();
  }

  get total(): number {
    this.#rotate();
    let total = 0;
    for (const count of this.#counts) total += count;
    return total;
  }

  increment(): void {
    this.#rotate();
    const index = this.#slot % SLOTS;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  /** What {@link restore} takes. */
  save(): { slot: number; counts: number[] } {
    return { slot: this.#slot, counts: [...this.#counts] };
  }

  restore(saved: { slot: number; counts: number[] }): void {
    this.#slot = saved.slot;
    this.#counts.set(saved.counts);
  }

  #now(): number {
    return Math.floor(this.#clock.now() / this.#slotMs);
  }

  /** Empties the slots that time has passed over. */
  #rotate(): void {
    const now = this.#now();
    const passed = Math.min(now - this.#slot, SLOTS);
    if (passed <= 0) return;
    for (let slot = now - passed + 1; slot <= now; slot += 1) this.#counts[slot % SLOTS] = 0;
    this.#slot = now;
  }
}
