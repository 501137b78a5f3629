import type { Clock } from '../clock.ts';
import type { HedgeConfig } from '../config/types.ts';
import { RecentDurations } from './recent-durations.ts';

/** What counts as recent. */
const WINDOW_MS = 300_000;

const FEWEST_SAMPLES = 20;

/** Samples beyond the quantile without which it would hang on one or two odd ones. */
const SAMPLES_BEYOND = 5;

/**
 * How long a call waits before it starts a hedge.
 *
 * Either the fixed `delayMs`, or the `quantile` of the attempts of the last five minutes: with 0.95, about one attempt in twenty gets a hedge
 * ("The Tail at Scale", Dean and Barroso, CACM 2013). The quantile is within 2 % of an attempt that was seen (see `DurationSketch`), and known only
 * after 20 attempts, and at least 5 expected beyond it (100 attempts for 0.95, 500 for 0.99). Until then `delayMs` serves where it is
 * set beside the quantile; else there is no hedge.
 */
export class HedgeDelay {
  readonly #clock: Clock;
  #config: HedgeConfig;
  #fewest = FEWEST_SAMPLES;
  #recent: RecentDurations | undefined;

  constructor(config: HedgeConfig, clock: Clock) {
    this.#clock = clock;
    this.#config = config;
    this.configure(config);
  }

  /** Milliseconds; undefined while there must be no hedge. */
  get delayMs(): number | undefined {
    const { delayMs, quantile } = this.#config;
    const found = quantile === null ? undefined : this.#recent?.quantile(quantile, this.#fewest);
    return found ?? delayMs ?? undefined;
  }

  /**
   * Notes how long an attempt took that succeeded, or that was `cut` because a hedge won or a timeout passed. Were only winners noted,
   * the slow ones would vanish, and the delay would shrink from call to call; one that was cut sooner than the delay says nothing,
   * though, and is left out. Not to be noted: attempts that failed by themselves, which may be quick, and those whose caller cancelled them.
   */
  record(durationMs: number, cut = false): void {
    if (this.#recent === undefined) return;
    if (cut && durationMs < (this.delayMs ?? 0)) return;
    this.#recent.add(durationMs);
  }

  /** Goes on with another config. What was noted stays as long as there is a quantile to be found. */
  configure(config: HedgeConfig): void {
    this.#config = config;
    if (config.quantile === null) {
      this.#recent = undefined;
      return;
    }
    // Rounded: 5 ÷ (1 − 0.95) is a hair above 100 in floating point.
    const beyond = Number((SAMPLES_BEYOND / (1 - config.quantile)).toFixed(6));
    this.#fewest = Math.max(FEWEST_SAMPLES, Math.ceil(beyond));
    this.#recent ??= new RecentDurations(WINDOW_MS, this.#clock);
  }
}
