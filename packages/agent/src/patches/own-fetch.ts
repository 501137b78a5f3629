import { isHardened } from '@crossbridge/integrations/control';
import { type Fetch, hardenFetch } from '@crossbridge/integrations/fetch';
import { isPatched, PATCHED } from './hooks/layer.ts';
import type { PatchHost } from './patch.ts';

/**
 * Puts the `fetch` that each client of a class is made with under policies: its own (`new OpenAI({ fetch })`), or the global one. The constructors of
 * these classes assign it to `this.fetch`, and what is assigned there is hardened on its way, once: copies made with `withOptions` take over what
 * is. No method is replaced, and the client keeps `fetch` as a plain member of its own.
 *
 * Nobody can come in front of that later, so such a patch is active or missing. Whoever puts another `fetch` into the client afterwards
 * (`client.fetch = mine`) has what they put there: only what it sends through the global `fetch` is still under policies.
 *
 * A `fetch` that was hardened by hand is left as it is, with the operation and the key that it was given.
 */
export function hardenOwnFetch(prototype: object, host: PatchHost): void {
  const existing = Object.getOwnPropertyDescriptor(prototype, 'fetch');
  if (isPatched(existing?.set)) return;
  if (existing !== undefined) throw new Error('the class has a fetch of its own kind');
  const set = function (this: object, value: unknown): void {
    Object.defineProperty(this, 'fetch', {
      value: typeof value === 'function' ? hardened(value as Fetch, host) : value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  };
  Object.defineProperty(set, PATCHED, { value: true });
  Object.defineProperty(prototype, 'fetch', { get: () => undefined, set, configurable: true });
}

function hardened(fetch: Fetch, host: PatchHost): Fetch {
  // The global one, where it is patched, knows the rules, but not the operation that is meant for this module.
  if (isHardened(fetch) && !(fetch === globalThis.fetch && host.operation() !== undefined)) return fetch;
  return hardenFetch((input, init) => fetch(input, init), {
    bridge: host.bridge,
    operation: (matched) => host.operation(matched),
  });
}
