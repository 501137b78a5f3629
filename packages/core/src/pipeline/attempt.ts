import type { Clock, Timer } from '../clock.ts';
import { AttemptTimeoutError } from '../errors.ts';
import type { Call } from './call.ts';

/** What a wrapped function is given for each attempt. */
export interface AttemptContext {
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Aborts when the caller aborts or the attempt runs out of time; never because the attempt succeeded. */
  readonly signal: AbortSignal;
  /** Milliseconds left until the call's deadline; Infinity without one. */
  readonly remainingMs: number;
}

export type AttemptFunction<T> = (context: AttemptContext) => T | PromiseLike<T>;

/** Makes its controller only for functions that ask for the signal: most of the cost of a timeout is in there. */
class Attempt implements AttemptContext {
  readonly attempt: number;
  readonly #call: Call;
  #controller: AbortController | undefined;
  #abortReason: { readonly value: unknown } | undefined;

  constructor(call: Call, attempt: number) {
    this.#call = call;
    this.attempt = attempt;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason.value);
    }
    return this.#controller.signal;
  }

  get remainingMs(): number {
    return this.#call.remainingMs;
  }

  abort(reason: unknown): void {
    this.#abortReason = { value: reason };
    this.#controller?.abort(reason);
  }
}

/**
 * Runs the function once. Ends at once when the caller aborts (with the caller's reason), when the attempt takes longer than
 * `timeoutMs` or the call meets its deadline, even if the function pays no heed to its signal; what it does later is
 * ignored.
 */
export function runAttempt<T>(
  call: Call,
  attempt: number,
  timeoutMs: number | null,
  clock: Clock,
  fn: AttemptFunction<T>,
): Promise<T> {
  const context = new Attempt(call, attempt);
  const limitMs = Math.min(timeoutMs ?? Number.POSITIVE_INFINITY, call.remainingMs);
  const { signal } = call;
  if (limitMs === Number.POSITIVE_INFINITY && signal === undefined) return invoke(fn, context);
  return new Promise((resolve, reject) => {
    let timer: Timer | undefined;
    const settle = (): void => {
      if (timer !== undefined) clock.clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const cut = (reason: unknown): void => {
      settle();
      // Rejecting first: a function that throws inside its own abort listener cannot keep the caller waiting.
      reject(reason);
      context.abort(reason);
    };
    const onAbort = (): void => cut(signal?.reason);
    if (limitMs !== Number.POSITIVE_INFINITY) {
      const ofAttempt = timeoutMs !== null && timeoutMs <= limitMs;
      timer = clock.setTimeout(
        () => cut(ofAttempt ? new AttemptTimeoutError(call.operation, attempt, timeoutMs) : call.deadlineError()),
        limitMs,
      );
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    invoke(fn, context).then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(error);
      },
    );
  });
}

async function invoke<T>(fn: AttemptFunction<T>, context: AttemptContext): Promise<T> {
  return await fn(context);
}
