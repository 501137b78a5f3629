import type { Clock } from '../../clock.ts';
import type { Random } from '../../retry/backoff.ts';
import type { StoreState } from './store-state.ts';

const FAILURES = 3;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** Questions at once from which on there is nothing to hold back any more. */
const FULL_RAMP = 512;
/** Good answers for so long do as well. */
const LONGEST_RAMP_MS = 2_000;

/**
 * Keeps questions from a store that has failed several times in a row. After a pause, of random length so that not all processes come
 * back at once, one question tries it; as long as the answers are good, twice as many may go each time.
 */
export class StoreBreaker {
  state: StoreState = 'up';
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #changed: (to: StoreState) => void;
  #failures = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #untilMs = 0;
  #rampedMs = 0;
  #allowed = 0;
  #underWay = 0;

  constructor(clock: Clock, random: Random, changed: (to: StoreState) => void) {
    this.#clock = clock;
    this.#random = random;
    this.#changed = changed;
  }

  /** Whether a question may be asked now. If so, {@link settle} must be told how it went. */
  enter(): boolean {
    if (this.state === 'up') return true;
    if (this.state === 'down') {
      if (this.#clock.now() < this.#untilMs) return false;
      this.#allowed = 1;
      this.#underWay = 0;
      this.#rampedMs = this.#clock.now() + LONGEST_RAMP_MS;
      this.#become('ramping');
    }
    if (this.#underWay >= this.#allowed) return false;
    this.#underWay += 1;
    return true;
  }

  settle(good: boolean): void {
    if (this.state === 'down') return;
    if (good) {
      this.#failures = 0;
      if (this.state === 'up') return;
      this.#underWay = Math.max(0, this.#underWay - 1);
      // One more for each good answer: twice as many with each round trip.
      this.#allowed += 1;
      if (this.#allowed < FULL_RAMP && this.#clock.now() < this.#rampedMs) return;
      this.#pauseMs = FIRST_PAUSE_MS;
      this.#become('up');
      return;
    }
    this.#failures += 1;
    if (this.state === 'up' && this.#failures < FAILURES) return;
    this.#untilMs = this.#clock.now() + this.#pauseMs * (0.5 + this.#random());
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    this.#failures = 0;
    this.#become('down');
  }

  #become(to: StoreState): void {
    this.state = to;
    this.#changed(to);
  }
}
