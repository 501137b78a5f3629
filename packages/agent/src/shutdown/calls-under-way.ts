import { type BridgeStateView, type Clock, systemClock, type Timer } from '@crossbridge/core';

/** An application makes calls one after the other: a gap as short as this between two is not the end of its work. */
const QUIET_MS = 250;
/** How often it is looked whether calls have ended. Nobody watches calls only for that: it would cost every one of them. */
const LOOK_EVERY_MS = 25;

/** Counts the calls under way, for a process that wants to end when they have. */
export class CallsUnderWay {
  readonly #state: Pick<BridgeStateView, 'operations'>;
  readonly #clock: Clock;

  constructor(state: Pick<BridgeStateView, 'operations'>, clock: Clock = systemClock) {
    this.#state = state;
    this.#clock = clock;
  }

  get count(): number {
    return this.#state.operations().reduce((sum, { active }) => sum + active, 0);
  }

  /** Waits until no call has been under way for a moment, or the limit is over; tells whether all have ended. */
  drained(limitMs: number): Promise<boolean> {
    if (this.#state.operations().length === 0) return Promise.resolve(true);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const endsAtMs = this.#clock.now() + limitMs;
    let quietSinceMs: number | undefined;
    const look = (): Timer | undefined => {
      const nowMs = this.#clock.now();
      quietSinceMs = this.count > 0 ? undefined : (quietSinceMs ?? nowMs);
      if (quietSinceMs !== undefined && nowMs - quietSinceMs >= QUIET_MS) resolve(true);
      else if (nowMs >= endsAtMs) resolve(quietSinceMs !== undefined);
      else return this.#clock.setTimeout(look, Math.min(LOOK_EVERY_MS, endsAtMs - nowMs));
      return undefined;
    };
    look();
    return promise;
  }
}
