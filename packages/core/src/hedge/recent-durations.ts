import type { Clock } from '../clock.ts';
import { DurationSketch } from './duration-sketch.ts';

const SLOTS = 6;

/** The durations of the last `windowMs`, in six slots that age out one at a time: it looks back on between five sixths of the window and all of it. */
export class RecentDurations {
  readonly #clock: Clock;
  readonly #slotMs: number;
  readonly #slots: readonly DurationSketch[] = Array.from({ length: SLOTS }, () => new DurationSketch());
  /** The sum of the slots, so that a quantile needs no adding up. */
  readonly #all = new DurationSketch();
  #slot: number;

  constructor(windowMs: number, clock: Clock) {
    this.#clock = clock;
    this.#slotMs = windowMs / SLOTS;
    this.#slot = this.#now();
  }

  get total(): number {
    this.#rotate();
    return this.#all.total;
  }

  add(durationMs: number): void {
    this.#rotate();
    this.#all.add(durationMs);
    this.#at(this.#slot)?.add(durationMs);
  }

  /** See {@link DurationSketch.quantile}; undefined also while there are fewer than `fewest`. */
  quantile(quantile: number, fewest = 1): number | undefined {
    this.#rotate();
    return this.#all.total < fewest ? undefined : this.#all.quantile(quantile);
  }

  #now(): number {
    return Math.floor(this.#clock.now() / this.#slotMs);
  }

  /** The origin of the clock is arbitrary, so slots may be negative. */
  #at(slot: number): DurationSketch | undefined {
    return this.#slots[((slot % SLOTS) + SLOTS) % SLOTS];
  }

  #rotate(): void {
    const now = this.#now();
    const passed = Math.min(now - this.#slot, SLOTS);
    if (passed <= 0) return;
    for (let slot = now - passed + 1; slot <= now; slot += 1) {
      const old = this.#at(slot);
      if (old === undefined) continue;
      this.#all.subtract(old);
      old.clear();
    }
    this.#slot = now;
  }
}
