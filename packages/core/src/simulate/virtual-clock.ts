import type { Clock, Timer } from '../clock.ts';
import { TimerHeap, type VirtualTimer } from './timer-heap.ts';

/** Timers fired before the event loop of the process gets a turn. */
const TIMERS_PER_TURN = 1_000;

// Taken once: whoever fakes the timers of the process means those of the application.
const { nextTick } = process;
const { setImmediate } = globalThis;

/**
 * Time that passes as fast as it can: from timer to timer.
 *
 * Between two timers everything that the first one set off must have settled, or a later timer would overtake it. `process.nextTick`
 * tells when: asked for inside a promise job, it runs once no promise job is left, however many follow from each other,
 * and other than a turn of the event loop it costs next to nothing.
 */
export class VirtualClock implements Clock {
  readonly #timers = new TimerHeap();
  readonly #turns: number;
  #nowMs = 0;
  #order = 0;

  /** @param turns of `process.nextTick` that what a timer sets off may take, one after another. Default 1. */
  constructor(turns = 1) {
    this.#turns = turns;
  }

  now(): number {
    return this.#nowMs;
  }

  wallNow(): number {
    return Date.UTC(2026, 0, 1) + this.#nowMs;
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    const timer: VirtualTimer = {
      atMs: this.#nowMs + Math.max(0, delayMs),
      order: this.#order++,
      callback,
      cleared: false,
    };
    this.#timers.push(timer);
    return timer;
  }

  clearTimeout(timer: Timer): void {
    this.#timers.clear(timer as VirtualTimer);
  }

  /** Lets time pass until `done` says so, no timer is left, or the next one is later than `untilMs`. */
  async run(done: () => boolean, untilMs: number): Promise<void> {
    await this.#settled();
    for (let fired = 1; !done(); fired += 1) {
      const timer = this.#timers.peek();
      if (timer === undefined || timer.atMs > untilMs) return;
      this.#timers.pop();
      this.#nowMs = Math.max(this.#nowMs, timer.atMs);
      timer.callback();
      await this.#settled();
      if (fired % TIMERS_PER_TURN === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  async #settled(): Promise<void> {
    for (let turn = 0; turn < this.#turns; turn += 1) await settled();
  }
}

async function settled(): Promise<void> {
  // The promise job in which nextTick must be asked for: outside of one it would run before those that wait.
  await undefined;
  await new Promise<void>((resolve) => nextTick(resolve));
}
