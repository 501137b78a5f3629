import { AsyncResource } from 'node:async_hooks';
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
  readonly startedAtMs: number;
  readonly #call: Call;
  readonly #clock: Clock;
  #controller: AbortController | undefined;
  /** The asynchronous context in which the signal was asked for: that in which it aborts when time runs out. */
  #context: AsyncResource | undefined;
  #abortReason: { readonly value: unknown } | undefined;
  /** Rejects the promise of {@link run}; undefined while it does not run. */
  #reject: ((reason: unknown) => void) | undefined;
  #timer: Timer | undefined;
  #shadow: Timer | undefined;
  #onAbort: (() => void) | undefined;

  constructor(call: Call, attempt: number, startedAtMs: number, clock: Clock) {
    this.#call = call;
    this.attempt = attempt;
    this.startedAtMs = startedAtMs;
    this.#clock = clock;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason.value);
      else if (this.#timer !== undefined) this.#context = new AsyncResource('CrossbridgeAttempt');
    }
    return this.#controller.signal;
  }

  get remainingMs(): number {
    return this.#call.remainingMs;
  }

  /** Ends the attempt from outside with `reason`; nothing happens once it has ended. */
  cut(reason: unknown): void {
    const reject = this.#reject;
    if (reject === undefined) return;
    this.end();
    // Rejecting first: a function that throws inside its own abort listener cannot keep the caller waiting.
    reject(reason);
    this.#abortReason = { value: reason };
    this.#controller?.abort(reason);
  }

  /**
   * Runs the function. Ends at once when the caller aborts (with the caller's reason), when the attempt takes longer than its
   * timeout, the call meets its deadline or {@link cut} is called, even if the function pays no heed to its signal; what it does later is
   * ignored.
   *
   * @param onShadow for a timeout in shadow mode
   */
  run<T>(
    fn: AttemptFunction<T>,
    timeout: TimeoutConfig,
    startedAtMs: number,
    onShadow: ShadowTimeout | undefined,
  ): Promise<T> {
    const { signal } = this.#call;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      this.#watchTime(timeout, startedAtMs, onShadow);
      this.#watchCaller();
      // Nothing in between, so that the stack of an error goes on to whoever waits for the call.
      invoke(fn, this).then(resolve, reject);
    });
  }

  #watchTime({ attemptMs, mode }: TimeoutConfig, startedAtMs: number, onShadow: ShadowTimeout | undefined): void {
    const call = this.#call;
    // Nothing was waited for, so all the time is left; a look at the clock costs more than the timer.
    const remainingMs = call.untouched ? call.budgetMs : call.remainingMs;
    if (mode === 'shadow' && attemptMs !== null) {
      this.#shadow = this.#clock.setTimeout(() => onShadow?.(attemptMs), attemptMs);
    } else if (attemptMs !== null && attemptMs <= remainingMs) {
      const expire = (): void => this.#expire(new AttemptTimeoutError(call.operation, this.attempt, attemptMs));
      this.#timer = setShared(this.#clock, expire, attemptMs, startedAtMs);
      return;
    }
    if (remainingMs === Number.POSITIVE_INFINITY) return;
    const expire = (): void => this.#expire(call.deadlineError());
    // Of a deadline that callers choose there may be as many lengths as calls.
    this.#timer =
      call.untouched && !call.deadlineIsCallers
        ? setShared(this.#clock, expire, remainingMs, call.startedAtMs)
        : this.#clock.setTimeout(expire, remainingMs);
  }

  #watchCaller(): void {
    const { signal } = this.#call;
    if (signal === undefined) return;
    this.#onAbort = () => this.cut(signal.reason);
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  #expire(error: Error): void {
    if (this.#context === undefined) this.cut(error);
    else this.#context.runInAsyncScope(() => this.cut(error));
  }

  /** Leaves neither timer nor listener behind. Whoever waits for {@link run} says so when it has ended. */
  end(): void {
    if (this.#reject === undefined) return;
    this.#reject = undefined;
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    if (this.#shadow !== undefined) this.#clock.clearTimeout(this.#shadow);
    if (this.#onAbort !== undefined) this.#call.signal?.removeEventListener('abort', this.#onAbort);
  }
}

function setShared(clock: Clock, callback: () => void, delayMs: number, nowMs: number): Timer {
  return clock.setSharedTimeout === undefined
    ? clock.setTimeout(callback, delayMs)
    : clock.setSharedTimeout(callback, delayMs, nowMs);
}

/** Runs the function. Never throws synchronously. */
export function invoke<T>(fn: AttemptFunction<T>, context: AttemptContext): Promise<T> {
  try {
    return Promise.resolve(fn(context));
  } catch (error) {
    return Promise.reject(error);
  }
}
