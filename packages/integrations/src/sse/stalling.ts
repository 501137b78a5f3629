import { type Clock, StreamStalledError } from '@crossbridge/core';

/**
 * What `start` gives, unless that takes longer than `stallMs`: some clients give their stream only once its first event has come.
 *
 * @throws StreamStalledError, with which the signal that `start` was given aborts
 */
export async function orStall<T>(
  { operation, stallMs, clock }: { readonly operation: string; readonly stallMs: number; readonly clock: Clock },
  signal: AbortSignal,
  start: (signal: AbortSignal) => PromiseLike<T>,
): Promise<T> {
  const controller = new AbortController();
  const stalled = new StreamStalledError(operation, `nothing came for ${stallMs} ms (stallMs)`);
  let timer: unknown;
  const stall = new Promise<never>((_, reject) => {
    timer = clock.setTimeout(() => {
      reject(stalled);
      controller.abort(stalled);
    }, stallMs);
  });
  try {
    return await Promise.race([start(AbortSignal.any([signal, controller.signal])), stall]);
  } finally {
    clock.clearTimeout(timer);
  }
}
