import { ConsecutiveBreaker, type IBreaker } from 'cockatiel';
import type { BreakerExtension } from './breaker-strategy.ts';
import type { RatioBreaker } from './ratio-breaker.ts';

interface Saved {
  readonly streak: unknown;
  readonly slow: unknown;
}

/** cockatiel's `ConsecutiveBreaker`, which trips at a number of failures in a row, with an eye on slow attempts where asked. */
export class StreakBreaker implements IBreaker, BreakerExtension {
  readonly #streak: ConsecutiveBreaker;
  readonly #slow: RatioBreaker | undefined;

  constructor(failures: number, slow: RatioBreaker | undefined) {
    this.#streak = new ConsecutiveBreaker(failures);
    this.#slow = slow;
  }

  get state(): unknown {
    return { streak: this.#streak.state, slow: this.#slow?.state } satisfies Saved;
  }

  set state(value: unknown) {
    const { streak, slow } = value as Saved;
    this.#streak.state = streak as number;
    if (this.#slow !== undefined && slow !== undefined) this.#slow.state = slow;
  }

  get atRest(): boolean {
    return this.#streak.state === 0 && (this.#slow?.atRest ?? true);
  }

  success(): void {
    this.record(false, 0);
  }

  failure(): boolean {
    return this.record(true, 0);
  }

  isSlow(durationMs: number): boolean {
    return this.#slow?.isSlow(durationMs) === true;
  }

  record(failed: boolean, durationMs: number): boolean {
    const slow = this.#slow?.record(failed, durationMs) === true;
    if (failed) return this.#streak.failure() || slow;
    this.#streak.success();
    return slow;
  }

  adopt(previous: IBreaker): void {
    if (!(previous instanceof StreakBreaker)) return;
    this.#streak.state = previous.#streak.state;
    if (previous.#slow !== undefined) this.#slow?.adopt(previous.#slow);
  }
}
