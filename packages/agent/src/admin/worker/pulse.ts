/** How often the main thread beats, and how often the admin thread looks. */
export const BEAT_MS = 250;

/** One look counts for no more than this, however late it comes. */
const MOST_PER_LOOK_MS = 2 * BEAT_MS;

/**
 * For how long the event loop of the main thread has been stuck, by the time of this thread.
 *
 * Only the time in which this thread ran counts: where both stood still (a stopped process, a laptop that slept, a container out of
 * its CPU quota) the main thread had no chance to beat, and is not to blame.
 */
export class Pulse {
  readonly #beats: () => number;
  readonly #now: () => number;
  #seen: number;
  #lookedAtMs: number;
  #ageMs = 0;

  /** @param now milliseconds of a monotonic clock */
  constructor(beats: () => number, now: () => number) {
    this.#beats = beats;
    this.#now = now;
    this.#seen = beats();
    this.#lookedAtMs = now();
  }

  /** Looks whether the main thread has beaten since the last look, which is to be done every {@link BEAT_MS}. */
  look(): void {
    const nowMs = this.#now();
    const beats = this.#beats();
    const passedMs = Math.min(Math.max(0, nowMs - this.#lookedAtMs), MOST_PER_LOOK_MS);
    this.#ageMs = beats === this.#seen ? this.#ageMs + passedMs : 0;
    this.#seen = beats;
    this.#lookedAtMs = nowMs;
  }

  /** Milliseconds since the last beat, exact to about {@link BEAT_MS}. */
  get ageMs(): number {
    return this.#beats() === this.#seen ? Math.round(this.#ageMs) : 0;
  }
}
