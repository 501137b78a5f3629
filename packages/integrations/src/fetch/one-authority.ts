import { AsyncLocalStorage } from 'node:async_hooks';

const attempts = new AsyncLocalStorage<true>();

/**
 * Runs `fn` as the attempt of a call that is under policies already: a hardened `fetch` below it, that of the agent say, passes its requests by.
 * Otherwise each attempt of the one would be several of the other.
 */
export function runAsAttempt<T>(fn: () => T): T {
  return attempts.run(true, fn);
}

/** Whether the code that asks runs inside an attempt of a hardened client. */
export function isInAttempt(): boolean {
  return attempts.getStore() === true;
}
