import type { Bridge } from '@crossbridge/core';
import { type Fetch, hardenFetch } from '@crossbridge/integrations/fetch';
import type { PatchStatus } from '@crossbridge/otel';

/** A patch that is in place, and can say whether it still is in front. */
export interface Patch {
  readonly module: string;
  status(): PatchStatus;
}

/** Puts the hardened fetch in the place of the global one, once per process. */
export function patchFetch(bridge: Bridge): Patch {
  const original: unknown = globalThis.fetch;
  if (typeof original !== 'function') return { module: 'fetch', status: () => 'missing' };
  const hardened = hardenFetch(original as Fetch, { bridge });
  // What inspects a function before it wraps it (as other instrumentations do) finds what it expects of fetch.
  Object.defineProperty(hardened, 'name', { value: 'fetch', configurable: true });
  Object.defineProperty(globalThis, 'fetch', {
    value: hardened,
    writable: true,
    enumerable: true,
    configurable: true,
  });
  return { module: 'fetch', status: () => (globalThis.fetch === hardened ? 'active' : 'not_outermost') };
}
