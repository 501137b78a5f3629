import type { IBreaker } from 'cockatiel';
import type { AttemptWindow } from './attempt-window.ts';
import type { BreakerExtension } from './breaker-strategy.ts';

export interface RatioBreakerOptions {
  readonly window: AttemptWindow;
  /** Share of failures that trips, above 0 up to 1. Infinity: failures do not trip it. */
  readonly failureRatio: number;
  /** Attempts the window must hold before a share counts. */
  readonly minimumCalls: number;
  /** Attempts that take longer, in milliseconds, are slow, whether or not they succeed. Infinity: none is. */
  readonly slowCallMs: number;
  /** Share of slow attempts that trips, above 0 up to 1. */
  readonly slowCallRatio: number;
}

/**
 * Trips when the share of failed, or of slow, attempts in its window is reached. Only an attempt that failed or was slow trips it:
 * a good one that completes the minimum of attempts does not.
 *
 * cockatiel's own `SamplingBreaker` moves its window only when it is called, one step per call, so that after an idle hour
 * old failures still count; its `CountBreaker` cannot trip at a share of 1; neither sees durations.
 */
export class RatioBreaker implements IBreaker, BreakerExtension {
  readonly #options: RatioBreakerOptions;

  constructor(options: RatioBreakerOptions) {
    this.#options = options;
  }

  get state(): unknown {
    return this.#options.window.save();
  }

  set state(value: unknown) {
    this.#options.window.restore(value);
  }

  get atRest(): boolean {
    return this.#options.window.atRest;
  }

  success(): void {
    this.record(false, 0);
  }

  failure(): boolean {
    return this.record(true, 0);
  }

  isSlow(durationMs: number): boolean {
    return durationMs > this.#options.slowCallMs;
  }

  record(failed: boolean, durationMs: number): boolean {
    const { window, failureRatio, minimumCalls, slowCallRatio } = this.#options;
    const slow = this.isSlow(durationMs);
    window.add(failed, slow);
    if (!failed && !slow) return false;
    const { calls } = window;
    if (calls < minimumCalls) return false;
    // Divided, not multiplied: 0.07 × 100 is more than 7, but 7 / 100 is what 0.07 is read as.
    return (failed && window.failures / calls >= failureRatio) || (slow && window.slow / calls >= slowCallRatio);
  }

  adopt(previous: IBreaker): void {
    if (previous instanceof RatioBreaker) this.#options.window.adopt(previous.#options.window);
  }
}
