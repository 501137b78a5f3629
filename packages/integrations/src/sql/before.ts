export interface Limits {
  /** Infinity: no limit. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** What the promise is rejected with when time runs out. */
  readonly tooLate: () => unknown;
}

/** The promise, unless time runs out or the signal aborts before; what becomes of it then is for the caller to see to. */
export async function before<T>(promise: Promise<T>, { timeoutMs, signal, tooLate }: Limits): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let abort: (() => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    if (timeoutMs !== Number.POSITIVE_INFINITY) timer = setTimeout(() => reject(tooLate()), Math.max(0, timeoutMs));
    abort = () => reject(signal?.reason);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([promise, ended]);
  } finally {
    clearTimeout(timer);
    if (abort !== undefined) signal?.removeEventListener('abort', abort);
  }
}
