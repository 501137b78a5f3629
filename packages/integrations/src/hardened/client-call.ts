import {
  type AttemptFunction,
  authorityOver,
  type Bridge,
  type Layer,
  type RunOptions,
  runAsAttempt,
} from '@crossbridge/core';

/** Whose calls they are. */
export interface ClientHost {
  readonly bridge: Bridge;
  readonly operation: string;
  /** Left out where only the application knows. */
  readonly layer?: Layer;
}

/**
 * Makes a call of a hardened client, as far as it is one of its own: see `authorityOver`. As part of another call `fn` runs once, without
 * policies.
 */
export function clientCall<T>(
  { bridge, operation, layer }: ClientHost,
  fn: AttemptFunction<T>,
  options: RunOptions<T>,
): Promise<T> {
  const authority = authorityOver(operation, layer);
  if (authority === 'none') return asPart(fn, options);
  return bridge.run(operation, fn, authority === 'once' ? { ...options, nested: true } : options);
}

async function asPart<T>(fn: AttemptFunction<T>, { signal, deadlineMs }: RunOptions<T>): Promise<T> {
  return fn({
    attempt: 1,
    signal: signal ?? new AbortController().signal,
    remainingMs: deadlineMs ?? Number.POSITIVE_INFINITY,
  });
}

/** A function in which nothing but the client itself makes calls of that layer: other hardened clients pass them by. */
export function onWire<T>(layer: Layer, fn: AttemptFunction<T>): AttemptFunction<T> {
  return (context) => runAsAttempt(layer, async () => fn(context));
}
