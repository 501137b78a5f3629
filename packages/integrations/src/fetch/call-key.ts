import { AsyncLocalStorage } from 'node:async_hooks';
import { type CallKey, processWide } from '@crossbridge/core';

/** For whom calls are made: one key, or what says it when a call begins. */
export type KeyOption = CallKey | (() => CallKey | undefined);

const keys = processWide('call_key.v1', () => new AsyncLocalStorage<CallKey>());

/**
 * Runs `fn`, and all that it starts, for `key`: the rate limits of hardened clients count its calls for that key, whatever key the client was
 * hardened with. Nothing is added to requests, so no provider learns of it.
 *
 * ```ts
 * const answer = await withKey('user:123', () => client.chat.completions.create({ … }));
 * ```
 */
export function withKey<T>(key: CallKey, fn: () => T): T {
  return keys.run(key, fn);
}

/** The key of a call that begins now: the innermost {@link withKey}, else what the client was hardened with. */
export function currentKey(option: KeyOption | undefined): CallKey | undefined {
  return keys.getStore() ?? (typeof option === 'function' ? option() : option);
}
