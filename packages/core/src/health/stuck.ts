import type { Flight } from './flight.ts';

/** Intervals after which a run that has outlived its time is given up for lost. */
const LOST_INTERVALS = 10;
const LEAST_MS = 60_000;
const MOST_MS = 3_600_000;

interface Hold {
  readonly flight: Flight;
  /** Milliseconds of the monotonic clock from which on the check may be started again. */
  readonly untilMs: number;
}

/**
 * The run of a check that has outlived its time. The check is not started again beside it, so that runs do not pile up behind a dependency
 * that hangs. But it may never end (a connection whose other side has gone without a word), and the dependency may be back for long: so it is
 * given up after ten intervals, a minute at least, and each further one in a row after twice that time, an hour at most.
 */
export class StuckRun {
  #hold: Hold | undefined;
  #lost = 0;

  /** @param nowMs milliseconds of the monotonic clock */
  begin(flight: Flight, nowMs: number, intervalMs: number): void {
    const waitMs = Math.min(Math.max(LOST_INTERVALS * intervalMs, LEAST_MS) * 2 ** this.#lost, MOST_MS);
    const hold = { flight, untilMs: nowMs + waitMs };
    this.#hold = hold;
    void flight.landed.then(() => {
      if (this.#hold === hold) this.#hold = undefined;
    });
  }

  /** The run that keeps the check from being started again, if one does. */
  holding(nowMs: number): Hold | undefined {
    if (this.#hold !== undefined && nowMs >= this.#hold.untilMs) {
      this.#hold = undefined;
      this.#lost += 1;
    }
    return this.#hold;
  }

  /** A run has ended in its time: what is lost from now on is a new row. */
  ended(): void {
    this.#lost = 0;
  }
}
