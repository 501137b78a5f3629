import { InvalidArgumentError } from './errors.ts';
import { isSignal, optionNames, refuseOption, refuseUnknown, shown } from './options.ts';
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

const NAMES = optionNames<RunOptions>({
  key: true,
  cost: true,
  signal: true,
  deadlineMs: true,
  idempotent: true,
  maxAttempts: true,
  target: true,
  fallback: true,
});

/**
 * Checks the arguments of `run`.
 *
 * @throws InvalidArgumentError that names what was given and what is expected
 */
export function assertRunnable(
  operation: unknown,
  fn: unknown,
  options: Omit<RunOptions, 'fallback'> & { readonly fallback?: unknown },
): void {
  if (typeof operation !== 'string' || operation === '') {
    throw new InvalidArgumentError(`The operation must be a non-empty string, got ${shown(operation)}`);
  }
  if (typeof fn !== 'function') {
    throw new InvalidArgumentError(
      `The second argument of run('${operation}', …) must be a function, got ${shown(fn)}`,
    );
  }
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgumentError(`The options of run('${operation}', …) must be an object, got ${shown(options)}`);
  }
  assertNames(operation, options);
  const { deadlineMs, maxAttempts, cost, signal, key, fallback, idempotent, target } = options;
  if (fallback !== undefined && typeof fallback !== 'function' && !isValueHolder(fallback)) {
    refuse('fallback', operation, 'a function or { value: … }', fallback);
  }
  if (key !== undefined && typeof key !== 'string' && !isParts(key)) {
    refuse('key', operation, 'a string or an object of strings', key);
  }
  if (signal !== undefined && !isSignal(signal)) refuse('signal', operation, 'an AbortSignal', signal);
  if (deadlineMs !== undefined && !(typeof deadlineMs === 'number' && deadlineMs >= 0)) {
    refuse('deadlineMs', operation, 'a number of at least 0', deadlineMs);
  }
  if (maxAttempts !== undefined && !(Number.isSafeInteger(maxAttempts) && maxAttempts >= 1)) {
    refuse('maxAttempts', operation, 'a whole number of at least 1', maxAttempts);
  }
  if (cost !== undefined && !(typeof cost === 'number' && cost >= 0 && cost < Number.POSITIVE_INFINITY)) {
    refuse('cost', operation, 'a finite number of at least 0', cost);
  }
  if (idempotent !== undefined && typeof idempotent !== 'boolean')
    refuse('idempotent', operation, 'true or false', idempotent);
  if (target !== undefined && typeof target !== 'string') refuse('target', operation, 'a string', target);
}

/** A `switch`, because every call comes here: asking a set would cost several times as much. */
function assertNames(operation: string, options: object): void {
  for (const each in options) {
    const name = each as keyof RunOptions;
    switch (name) {
      case 'key':
      case 'cost':
      case 'signal':
      case 'deadlineMs':
      case 'idempotent':
      case 'maxAttempts':
      case 'target':
      case 'fallback':
        continue;
      default:
        refuseUnknown(name satisfies never, NAMES, `run('${operation}', …)`);
    }
  }
}

function refuse(name: string, operation: string, expected: string, value: unknown): never {
  return refuseOption(name, `'${operation}'`, expected, value);
}

function isParts(key: unknown): boolean {
  return typeof key === 'object' && key !== null && Object.values(key).every((part) => typeof part === 'string');
}

function isValueHolder(fallback: unknown): boolean {
  return typeof fallback === 'object' && fallback !== null && 'value' in fallback;
}
