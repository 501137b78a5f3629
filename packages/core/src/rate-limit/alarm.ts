import type { Clock, Timer } from '../clock.ts';

/** One timer for whatever is due first. It may ring too early, and is set anew then; it is not left behind when nothing is due. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #timer: Timer | undefined;
  #dueMs: number = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** @param dueMs Infinity when nothing is due */
  set(dueMs: number, nowMs: number): void {
    if (dueMs >= this.#dueMs && dueMs !== Number.POSITIVE_INFINITY) return;
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#dueMs = dueMs;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const ring = (): void => {
      this.#timer = undefined;
      this.#dueMs = Number.POSITIVE_INFINITY;
      this.#ring();
    };
    this.#timer = this.#clock.setTimeout(ring, Math.max(0, Math.ceil(dueMs - nowMs)));
  }
}
