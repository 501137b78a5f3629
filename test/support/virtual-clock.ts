import type { Clock, Timer } from '@crossbridge/core';

interface Pending {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Time that moves only when told to. Due timers fire in order, and everything they start settles before the next fires. */
export class VirtualClock implements Clock {
  #nowMs = 1_000;
  #wallMs = Date.UTC(2026, 0, 1);
  #order = 0;
  readonly #timers = new Set<Pending>();

  now(): number {
    return this.#nowMs;
  }

  wallNow(): number {
    return this.#wallMs;
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, callback };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(timer: Timer): void {
    this.#timers.delete(timer as Pending);
  }

  /** Timers not yet fired or cleared: what a call that has ended must not leave behind. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves the clock without letting timers fire: a machine that slept, or a clock that was set back. */
  jump(ms: number): void {
    this.#nowMs += ms;
    this.#wallMs += ms;
  }

  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settle();
    for (let due = this.#next(untilMs); due !== undefined; due = this.#next(untilMs)) {
      this.#moveTo(Math.max(this.#nowMs, due.atMs));
      this.#timers.delete(due);
      due.callback();
      await settle();
    }
    this.#moveTo(untilMs);
  }

  /** Lets timers fire, however far away, until the promise settles. */
  async run<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = (): void => {
      settled = true;
    };
    promise.then(done, done);
    await settle();
    while (!settled) {
      const due = this.#next(Number.POSITIVE_INFINITY);
      if (due === undefined) throw new Error('Nothing is left to fire, and the promise has not settled');
      await this.advance(due.atMs - this.#nowMs);
    }
    return promise;
  }

  #next(untilMs: number): Pending | undefined {
    let first: Pending | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs > untilMs) continue;
      if (first === undefined || timer.atMs < first.atMs || (timer.atMs === first.atMs && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }

  #moveTo(ms: number): void {
    this.#wallMs += ms - this.#nowMs;
    this.#nowMs = ms;
  }
}

/** Lets every promise that can settle now do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
