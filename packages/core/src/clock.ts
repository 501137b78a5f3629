import { SharedTimers, Wait } from './shared-timers.ts';

/** A timer handle of a {@link Clock}; opaque to its users. */
export type Timer = unknown;

/** Where time comes from. Injected, so that every wait can be tested without waiting. */
export interface Clock {
  /** Milliseconds that never run backwards, from an arbitrary origin. */
  now(): number;
  /** Milliseconds since 1970: only for what a server says in calendar time. */
  wallNow(): number;
  setTimeout(callback: () => void, delayMs: number): Timer;
  clearTimeout(timer: Timer): void;
  /**
   * Optional: {@link setTimeout} for one of many waits of the same length, of which few come to their end, counted from `nowMs`. The callback runs in
   * no particular asynchronous context.
   */
  setSharedTimeout?(callback: () => void, delayMs: number, nowMs: number): Timer;
}

/** The longest delay `setTimeout` of Node takes: above it, it fires at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

// As they were at the start, to know later whether somebody has put others in their place.
const { setTimeout: nodeSetTimeout, clearTimeout: nodeClearTimeout, performance: nodePerformance } = globalThis;
const { now: nodeNow } = nodePerformance;

const shared = new SharedTimers({
  now: () => nodeNow.call(nodePerformance),
  setTimeout: (callback, delayMs) => nodeSetTimeout(callback, delayMs),
});

/** Undefined before anybody wanted to know. */
let timersAreNodes: boolean | undefined;

/** Whether time and timers are those of Node. Whoever fakes them (a test suite, mostly) wants to see every timer, and may drop them all unasked. */
function sharable(): boolean {
  if (setTimeout !== nodeSetTimeout || performance.now !== nodeNow) return false;
  timersAreNodes ??= makesNodeTimers();
  return timersAreNodes;
}

/** They may have been faked before this module was loaded. */
function makesNodeTimers(): boolean {
  const timer: unknown = nodeSetTimeout(() => {}, 1);
  nodeClearTimeout(timer as NodeJS.Timeout);
  return typeof timer === 'object' && timer !== null && '_idleStart' in timer;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, Math.min(delayMs, MAX_TIMER_MS)),
  clearTimeout: (timer) => (timer instanceof Wait ? timer.cancel() : clearTimeout(timer as NodeJS.Timeout)),
};

// Not enumerable: a clock made of a copy of this one, with a setTimeout of its own, means all of its timers.
Object.defineProperty(systemClock, 'setSharedTimeout', {
  value: (callback: () => void, delayMs: number, nowMs: number): Timer =>
    sharable()
      ? shared.set(callback, Math.min(delayMs, MAX_TIMER_MS), nowMs)
      : systemClock.setTimeout(callback, delayMs),
});
