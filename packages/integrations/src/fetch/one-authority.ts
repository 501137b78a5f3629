import { AsyncLocalStorage } from 'node:async_hooks';
import { isProbe } from '@crossbridge/core';

const attempts = new AsyncLocalStorage<true>();

/**
 * Runs `fn` as the attempt of a call that is under policies already: a hardened `fetch` below it, that of the agent say, passes its requests by.
 * Otherwise each attempt of the one would be several of the other.
 */
export function runAsAttempt<T>(fn: () => T): T {
  return attempts.run(true, fn);
}

/** Whether a request passes the policies by: it is made inside an attempt of a hardened client, or by a health check, which asks how the upstream is. */
export function passesBy(): boolean {
  return attempts.getStore() === true || isProbe();
}
