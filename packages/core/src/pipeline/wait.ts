import type { Clock } from '../clock.ts';

export type WaitEnd = 'done' | 'timeout' | 'aborted';

export interface WaitOptions {
  readonly clock: Clock;
  /** Longest wait; Infinity for none. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** What is waited for; without it the timeout is what is waited for. Must not reject. */
  readonly until?: Promise<void>;
}

/** Waits for the first of a promise, a time and an abort, and leaves neither timer nor listener behind. Never rejects. */
export function wait(options: WaitOptions): Promise<WaitEnd> {
  const { clock, timeoutMs, signal, until } = options;
  if (signal?.aborted === true) return Promise.resolve('aborted');
  return new Promise((resolve) => {
    const end = (how: WaitEnd): void => {
      if (timer !== undefined) clock.clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve(how);
    };
    const onAbort = (): void => end('aborted');
    const timer =
      timeoutMs === Number.POSITIVE_INFINITY ? undefined : clock.setTimeout(() => end('timeout'), timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    void until?.then(() => end('done'));
  });
}
