import { type Bridge, willAskAboutThoseOf } from '@crossbridge/core';
import { type Fetch, hardenFetch } from '@crossbridge/integrations/fetch';
import type { Patch, PatchReport, PatchState } from './patch.ts';
import { hostOf } from './patch-host.ts';

/** Puts the hardened fetch in the place of the global one, once per process. */
export function patchFetch(bridge: Bridge): Patch {
  const original: unknown = globalThis.fetch;
  if (typeof original !== 'function') return patchOf('missing', 'there is no global fetch');
  const host = hostOf(bridge, bridge.config.patches.fetch);
  willAskAboutThoseOf(bridge, () => [host.operation() ?? []].flat());
  const hardened = hardenFetch(original as Fetch, { bridge, operation: (matched) => host.operation(matched) });
  // What inspects a function before it wraps it (as other instrumentations do) finds what it expects of fetch.
  Object.defineProperty(hardened, 'name', { value: 'fetch', configurable: true });
  Object.defineProperty(globalThis, 'fetch', {
    value: hardened,
    writable: true,
    enumerable: true,
    configurable: true,
  });
  const outermost = (): boolean => globalThis.fetch === hardened;
  return {
    module: 'fetch',
    status: () => (outermost() ? 'active' : 'not_outermost'),
    report: () =>
      outermost()
        ? reportOf('active')
        : {
            ...reportOf('not_outermost', 'another library has wrapped the global fetch since, and may act first'),
            inFront: [{ method: 'fetch', by: globalThis.fetch }],
          },
  };
}

function patchOf(status: PatchState, reason: string): Patch {
  return { module: 'fetch', status: () => status, report: () => reportOf(status, reason) };
}

function reportOf(status: PatchState, reason?: string): PatchReport {
  return { module: 'fetch', status, copies: [], ...(reason === undefined ? {} : { reason }) };
}
