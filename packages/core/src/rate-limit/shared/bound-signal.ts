import type { Clock } from '../../clock.ts';

/** Aborts with the caller's signal, or when a time is over. */
export interface BoundSignal {
  readonly signal: AbortSignal | undefined;
  /** Nothing is waited for any more. */
  end(): void;
}

/** @param limitMs Infinity for no bound in time */
export function boundSignal(clock: Clock, limitMs: number, signal: AbortSignal | undefined): BoundSignal {
  if (limitMs === Number.POSITIVE_INFINITY) return { signal, end: () => {} };
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal?.reason);
  const timer = clock.setTimeout(() => controller.abort(), limitMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    end() {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}
