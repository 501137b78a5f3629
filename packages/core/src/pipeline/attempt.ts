import type { Clock, Timer } from '../clock.ts';
import type { TimeoutConfig } from '../config/types.ts';
import { AttemptTimeoutError } from '../errors.ts';
import type { Call } from './call.ts';

/** What a wrapped function is given for each attempt. */
export interface AttemptContext {
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Aborts when the caller aborts, the attempt runs out of time, or another attempt beside it has won; never because the attempt succeeded. */
  readonly signal: AbortSignal;
  /** Milliseconds left until the call's deadline; Infinity without one. */
  readonly remainingMs: number;
}

export type AttemptFunction<T> = (context: AttemptContext) => T | PromiseLike<T>;

/** Told when an attempt has taken longer than a timeout that is only watched. */
export type ShadowTimeout = (limitMs: number) => void;

/** One run of the function. It makes an AbortController only for functions that ask for the signal: most of the cost of a timeout is in there. */
export class Attempt implements AttemptContext {
  readonly attempt: number;
  readonly #call: Call;
  #controller: AbortController | undefined;
  #abortReason: { readonly value: unknown } | undefined;
  #cut: ((reason: unknown) => void) | undefined;

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

  /** Ends the attempt from outside with `reason`; nothing happens once it has ended. */
  cut(reason: unknown): void {
    this.#cut?.(reason);
  }

  /**
   * Runs the function. Ends at once when the caller aborts (with the caller's reason), when the attempt takes longer than its
   * timeout, the call meets its deadline or {@link cut} is called, even if the function pays no heed to its signal; what it does later is
   * ignored.
   */
  run<T>(fn: AttemptFunction<T>, timeout: TimeoutConfig, clock: Clock, onShadow: ShadowTimeout): Promise<T> {
    const { signal } = this.#call;
    const limits = limitsOf(this.#call, timeout);
    return new Promise((resolve, reject) => {
      let timer: Timer | undefined;
      let shadow: Timer | undefined;
      const settle = (): void => {
        this.#cut = undefined;
        if (timer !== undefined) clock.clearTimeout(timer);
        if (shadow !== undefined) clock.clearTimeout(shadow);
        signal?.removeEventListener('abort', onAbort);
      };
      const cut = (reason: unknown): void => {
        settle();
        // Rejecting first: a function that throws inside its own abort listener cannot keep the caller waiting.
        reject(reason);
        this.#abortReason = { value: reason };
        this.#controller?.abort(reason);
      };
      const onAbort = (): void => cut(signal?.reason);
      this.#cut = cut;
      if (limits.enforcedMs !== Number.POSITIVE_INFINITY) {
        timer = clock.setTimeout(() => cut(this.#timeoutError(limits.attemptMs, limits.enforcedMs)), limits.enforcedMs);
      }
      if (limits.shadowMs !== null) {
        const { shadowMs } = limits;
        shadow = clock.setTimeout(() => onShadow(shadowMs), shadowMs);
      }
      signal?.addEventListener('abort', onAbort, { once: true });
      invoke(fn, this).then(
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

  #timeoutError(attemptMs: number | null, enforcedMs: number): Error {
    return attemptMs !== null && attemptMs <= enforcedMs
      ? new AttemptTimeoutError(this.#call.operation, this.attempt, attemptMs)
      : this.#call.deadlineError();
  }
}

interface Limits {
  /** Null when the attempt has no timeout that is enforced. */
  readonly attemptMs: number | null;
  readonly enforcedMs: number;
  readonly shadowMs: number | null;
}

function limitsOf(call: Call, { attemptMs, mode }: TimeoutConfig): Limits {
  const enforced = mode === 'enforce' ? attemptMs : null;
  return {
    attemptMs: enforced,
    enforcedMs: Math.min(enforced ?? Number.POSITIVE_INFINITY, call.remainingMs),
    shadowMs: mode === 'shadow' ? attemptMs : null,
  };
}

async function invoke<T>(fn: AttemptFunction<T>, context: AttemptContext): Promise<T> {
  return await fn(context);
}
