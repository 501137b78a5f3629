import { InvalidArgumentError } from './errors.ts';
import type { CallKey } from './rate-limit/call-key.ts';

/** What answers in the place of a failure: a value, or a function of the failure. */
export type Fallback<T> = { readonly value: T } | ((error: unknown) => T | PromiseLike<T>);

export interface RunOptions<T = unknown> {
  /**
   * For whom the call is made: the partition of the rate limit. `user:123`, or `{ user: '123', org: 'acme' }` for limits by a part of
   * it. Default: one bucket for all calls that name none.
   */
  readonly key?: CallKey | undefined;
  /** Tokens the call takes from the rate limit. Default 1. */
  readonly cost?: number | undefined;
  /** Ends the call at once, with the signal's reason; never counted as a failure. */
  readonly signal?: AbortSignal | undefined;
  /** The most the call may take, in milliseconds; the shorter of this and the configured total timeout counts. */
  readonly deadlineMs?: number | undefined;
  /** False when running the function twice could do harm: it is then repeated only after failures that show it never ran. Default true. */
  readonly idempotent?: boolean | undefined;
  /** At most this many attempts, whatever the policy allows. At least 1. */
  readonly maxAttempts?: number | undefined;
  /** What is called (the host of an HTTP request, say): has its own breaker where `circuit_breaker.per` is `target`. */
  readonly target?: string | undefined;
  /**
   * Answers when the call fails or is refused, but not when the caller aborts. What a fallback function throws is the failure then.
   * Telemetry keeps the outcome of the failure and says that a fallback answered.
   */
  readonly fallback?: Fallback<T> | undefined;
}

/** Throws InvalidArgumentError for arguments of `run` that cannot work. */
export function assertRunnable(
  operation: unknown,
  fn: unknown,
  options: Omit<RunOptions, 'fallback'> & { readonly fallback?: unknown },
): void {
  if (typeof operation !== 'string' || operation === '') {
    throw new InvalidArgumentError(`The operation must be a non-empty string, got ${typeof operation}`);
  }
  if (typeof fn !== 'function') {
    throw new InvalidArgumentError(
      `The second argument of run('${operation}', …) must be a function, got ${typeof fn}`,
    );
  }
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgumentError(`The options of run('${operation}', …) must be an object, got ${String(options)}`);
  }
  const { deadlineMs, maxAttempts, cost, signal, key, fallback } = options;
  if (fallback !== undefined && typeof fallback !== 'function' && !isValueHolder(fallback)) {
    throw new InvalidArgumentError(
      `fallback of '${operation}' must be a function or { value: … }, got ${fallback === null ? 'null' : typeof fallback}`,
    );
  }
  if (key !== undefined && typeof key !== 'string' && !isParts(key)) {
    throw new InvalidArgumentError(
      `key of '${operation}' must be a string or an object of strings, got ${String(key)}`,
    );
  }
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw new InvalidArgumentError(`signal of '${operation}' must be an AbortSignal, got ${String(signal)}`);
  }
  if (deadlineMs !== undefined && !(typeof deadlineMs === 'number' && deadlineMs >= 0)) {
    throw new InvalidArgumentError(`deadlineMs of '${operation}' must be at least 0, got ${deadlineMs}`);
  }
  if (maxAttempts !== undefined && !(Number.isSafeInteger(maxAttempts) && maxAttempts >= 1)) {
    throw new InvalidArgumentError(
      `maxAttempts of '${operation}' must be a whole number of at least 1, got ${maxAttempts}`,
    );
  }
  if (cost !== undefined && !(cost >= 0 && cost < Number.POSITIVE_INFINITY)) {
    throw new InvalidArgumentError(`cost of '${operation}' must be a finite number of at least 0, got ${cost}`);
  }
}

function isParts(key: unknown): boolean {
  return typeof key === 'object' && key !== null && Object.values(key).every((part) => typeof part === 'string');
}

function isValueHolder(fallback: unknown): boolean {
  return typeof fallback === 'object' && fallback !== null && 'value' in fallback;
}
