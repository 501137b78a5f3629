import { SharedTimers, Wait } from '../../../../packages/core/src/shared-timers.ts';
import type { VirtualClock } from '../../../support/virtual-clock.ts';

/** Lets the calls on a clock share their timers, as they do on the clock of the system. Returns how many of its timers nobody waits for. */
export function shareTimers(clock: VirtualClock): () => number {
  const idle = new Set<object>();
  const timers = new SharedTimers({
    now: () => clock.now(),
    setTimeout: (callback, delayMs) => {
      const timer = { ref: () => idle.delete(timer), unref: () => idle.add(timer) };
      const fire = (): void => {
        idle.delete(timer);
        callback();
      };
      clock.setTimeout(fire, delayMs);
      return timer;
    },
  });
  const clearTimeout = clock.clearTimeout.bind(clock);
  Object.assign(clock, {
    setSharedTimeout: (callback: () => void, delayMs: number, nowMs: number) => timers.set(callback, delayMs, nowMs),
    clearTimeout: (timer: unknown) => (timer instanceof Wait ? timer.cancel() : clearTimeout(timer)),
  });
  return () => idle.size;
}
