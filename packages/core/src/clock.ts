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
}

/** The longest delay `setTimeout` of Node takes: above it, it fires at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, Math.min(delayMs, MAX_TIMER_MS)),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};
