import type { Clock } from './clock.ts';

const SLOTS = 10;

/**
 * Counts what happened in the last `windowMs`, in ten slots: what is older ages out by time alone, however long nothing
 * was counted. A slot ages out as a whole, so the count looks back on between nine tenths of the window and all of it. A clock
 * that stands still or steps back forgets nothing.
 */
export class SlidingCount {
  readonly #clock: Clock;
  readonly #counts = new Float64Array(SLOTS);
  #slotMs: number;
  #slot: number;
  #total = 0;

  constructor(windowMs: number, clock: Clock) {
    this.#clock = clock;
    this.#slotMs = windowMs / SLOTS;
    this.#slot = this.#now();
  }

  get total(): number {
    this.#rotate();
    return this.#total;
  }

  increment(): void {
    this.#rotate();
    this.#add(this.#slot, 1);
  }

  /** Looks back on another length of time from now on. What was counted keeps its age, within one of the old slots. */
  resize(windowMs: number): void {
    this.#rotate();
    const counts = [...this.#counts];
    const [oldSlot, oldSlotMs, nowMs] = [this.#slot, this.#slotMs, this.#clock.now()];
    this.#counts.fill(0);
    this.#total = 0;
    this.#slotMs = windowMs / SLOTS;
    this.#slot = this.#now();
    for (let age = 0; age < SLOTS; age += 1) {
      const count = counts[indexOf(oldSlot - age)] ?? 0;
      // Its youngest moment: forgetting late is better than forgetting what has just happened.
      const slot = Math.floor(Math.min(nowMs, (oldSlot - age + 1) * oldSlotMs) / this.#slotMs);
      if (slot > this.#slot - SLOTS) this.#add(Math.min(slot, this.#slot), count);
    }
  }

  /** What {@link restore} takes. */
  save(): { slot: number; counts: number[] } {
    return { slot: this.#slot, counts: [...this.#counts] };
  }

  restore(saved: { slot: number; counts: number[] }): void {
    this.#slot = saved.slot;
    this.#counts.set(saved.counts);
    this.#total = saved.counts.reduce((sum, count) => sum + count, 0);
  }

  #now(): number {
    return Math.floor(this.#clock.now() / this.#slotMs);
  }

  #add(slot: number, count: number): void {
    const index = indexOf(slot);
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
    this.#total += count;
  }

  /** Empties the slots that time has passed over. */
  #rotate(): void {
    const now = this.#now();
    const passed = Math.min(now - this.#slot, SLOTS);
    if (passed <= 0) return;
    for (let slot = now - passed + 1; slot <= now; slot += 1) {
      const index = indexOf(slot);
      this.#total -= this.#counts[index] ?? 0;
      this.#counts[index] = 0;
    }
    this.#slot = now;
  }
}

/** The origin of the clock is arbitrary, so slots may be negative. */
function indexOf(slot: number): number {
  return ((slot % SLOTS) + SLOTS) % SLOTS;
}
