import { type BridgeEvent, type Clock, type Observer, systemClock, type Timer } from '@crossbridge/core';

/** An application makes calls one after the other: a gap as short as this between two is not the end of its work. */
const QUIET_MS = 250;

/** Counts the calls under way, for a process that wants to end when they have. */
export class CallsUnderWay implements Observer {
  readonly #clock: Clock;
  #count = 0;
  #endedAtMs = Number.NEGATIVE_INFINITY;
  #onEnd: (() => void) | undefined;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#count;
  }

  on({ type }: Pick<BridgeEvent, 'type'>): void {
    if (type === 'call.started') this.#count += 1;
    if (type !== 'call.ended') return;
    this.#count -= 1;
    this.#endedAtMs = this.#clock.now();
    this.#onEnd?.();
  }

  /** Waits until no call has been under way for a moment, or the limit is over; tells whether all have ended. For one waiter. */
  drained(limitMs: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const end = (drained: boolean): void => {
      this.#onEnd = undefined;
      this.#clock.clearTimeout(limit);
      this.#clock.clearTimeout(quiet);
      resolve(drained);
    };
    let quiet: Timer | undefined;
    const look = (): void => {
      this.#clock.clearTimeout(quiet);
      if (this.#count > 0) return;
      const restMs = this.#endedAtMs + QUIET_MS - this.#clock.now();
      if (restMs <= 0) end(true);
      else quiet = this.#clock.setTimeout(look, restMs);
    };
    const limit = this.#clock.setTimeout(() => end(this.#count === 0), limitMs);
    this.#onEnd = look;
    look();
    return promise;
  }
}
