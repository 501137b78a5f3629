import { AsyncLocalStorage } from 'node:async_hooks';
import { processWide } from '../process-wide.ts';

const probes = processWide('probes.v1', () => new AsyncLocalStorage<true>());

const inFirstContext = AsyncLocalStorage.snapshot();

/**
 * Runs `fn` as a probe: {@link isProbe} is true in it and in all that it starts. Calls that a health check makes are not the
 * application's, so no limit, breaker or statistic should count them.
 */
export function runAsProbe<T>(fn: () => T): T {
  return probes.run(true, fn);
}

/** Whether the code that asks runs on behalf of a health check. */
export function isProbe(): boolean {
  return probes.getStore() === true;
}

/** Runs `fn` outside of every request: a timer keeps the context in which it was set, and a trace must not go on in a later probe. */
export function outsideRequests<T>(fn: () => T): T {
  return inFirstContext(fn);
}
