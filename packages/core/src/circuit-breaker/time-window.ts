import type { Clock } from '../clock.ts';
import { SlidingCount } from '../sliding-count.ts';
import type { AttemptWindow } from './attempt-window.ts';

type SavedCount = ReturnType<SlidingCount['save']>;

interface Saved {
  readonly windowMs: number;
  readonly calls: SavedCount;
  readonly failures: SavedCount;
  readonly slow: SavedCount;
}

/** The attempts of the last `windowMs` by the monotonic clock, however long none was made. */
export class TimeWindow implements AttemptWindow {
  readonly #windowMs: number;
  readonly #calls: SlidingCount;
  readonly #failures: SlidingCount;
  readonly #slow: SlidingCount;

  constructor(windowMs: number, clock: Clock) {
    this.#windowMs = windowMs;
    this.#calls = new SlidingCount(windowMs, clock);
    this.#failures = new SlidingCount(windowMs, clock);
    this.#slow = new SlidingCount(windowMs, clock);
  }

  get calls(): number {
    return this.#calls.total;
  }

  get failures(): number {
    return this.#failures.total;
  }

  get slow(): number {
    return this.#slow.total;
  }

  get atRest(): boolean {
    return this.#calls.total === 0;
  }

  add(failed: boolean, slow: boolean): void {
    this.#calls.increment();
    if (failed) this.#failures.increment();
    if (slow) this.#slow.increment();
  }

  adopt(previous: AttemptWindow): void {
    if (previous instanceof TimeWindow) this.restore(previous.save());
  }

  save(): Saved {
    return {
      windowMs: this.#windowMs,
      calls: this.#calls.save(),
      failures: this.#failures.save(),
      slow: this.#slow.save(),
    };
  }

  restore(saved: unknown): void {
    const { windowMs, calls, failures, slow } = saved as Saved;
    for (const [count, from] of [
      [this.#calls, calls],
      [this.#failures, failures],
      [this.#slow, slow],
    ] as const) {
      // Slot numbers mean something only in slots of their own length.
      count.resize(windowMs);
      count.restore(from);
      count.resize(this.#windowMs);
    }
  }
}
