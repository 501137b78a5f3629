import { InvalidArgumentError } from './errors.ts';
import { isSignal, optionNames, refuseOption, refuseUnknown, shown } from './options.ts';
import type { CallKey } from './rate-limit/call-key.ts';
import type { RetryPolicyOptions } from './retry/policy.ts';

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
  /**
   * True for a call inside an attempt of another that is retried (see `authorityOver`): it has one attempt, so that those of the two do not
   * multiply. Default false.
   */
  readonly nested?: boolean | undefined;
  /**
   * The retry policy of this call in the place of the operation's own: one of the config by its name, one made in code, or false for
   * none. Its retries are paid from the operation's budget, and only watched where the operation's own are.
   */
  readonly retry?: string | RetryPolicyOptions | false | undefined;
  /** What is called (the host of an HTTP request, say): has its own breaker where `circuit_breaker.per` is `target`. */
  readonly target?: string | undefined;
  /**
   * Answers when the call fails or is refused, but not when the caller aborts. What a fallback function throws is the failure then.
   * Telemetry keeps the outcome of the failure and says that a fallback answered.
   */
  readonly fallback?: Fallback<T> | undefined;
}

/** The options of calls that give none. */
export const NO_OPTIONS: RunOptions<never> = Object.freeze({});

const NAMES = optionNames<RunOptions>({
  key: true,
  cost: true,
  signal: true,
  deadlineMs: true,
  idempotent: true,
  maxAttempts: true,
  nested: true,
  retry: true,
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
  if (options === NO_OPTIONS) return;
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgumentError(`The options of run('${operation}', …) must be an object, got ${shown(options)}`);
  }
  for (const name in options) assertOption(operation, name as keyof RunOptions, options[name as keyof RunOptions]);
}

/** A `switch`, and nothing for what is not given: every call comes here. */
function assertOption(operation: string, name: keyof RunOptions, value: unknown): void {
  switch (name) {
    case 'key':
      if (value !== undefined && typeof value !== 'string' && !isParts(value)) {
        refuse(name, operation, 'a string or an object of strings', value);
      }
      return;
    case 'cost':
      if (value !== undefined && !(isAtLeast(value, 0) && value < Number.POSITIVE_INFINITY)) {
        refuse(name, operation, 'a finite number of at least 0', value);
      }
      return;
    case 'signal':
      if (value !== undefined && !isSignal(value)) refuse(name, operation, 'an AbortSignal', value);
      return;
    case 'deadlineMs':
      if (value !== undefined && !isAtLeast(value, 0)) refuse(name, operation, 'a number of at least 0', value);
      return;
    case 'maxAttempts':
      if (value !== undefined && !(isAtLeast(value, 1) && Number.isSafeInteger(value))) {
        refuse(name, operation, 'a whole number of at least 1', value);
      }
      return;
    case 'retry':
      if (value !== undefined && value !== false && typeof value !== 'string' && !isObject(value)) {
        refuse(name, operation, 'the name of a retry policy, a policy, or false', value);
      }
      return;
    case 'idempotent':
    case 'nested':
      if (value !== undefined && typeof value !== 'boolean') refuse(name, operation, 'true or false', value);
      return;
    case 'target':
      if (value !== undefined && typeof value !== 'string') refuse(name, operation, 'a string', value);
      return;
    case 'fallback':
      if (value !== undefined && typeof value !== 'function' && !isValueHolder(value)) {
        refuse(name, operation, 'a function or { value: … }', value);
      }
      return;
    default:
      refuseUnknown(name satisfies never, NAMES, `run('${operation}', …)`);
  }
}

function isAtLeast(value: unknown, least: number): value is number {
  return typeof value === 'number' && value >= least;
}

function refuse(name: string, operation: string, expected: string, value: unknown): never {
  return refuseOption(name, `'${operation}'`, expected, value);
}

function isParts(key: unknown): boolean {
  return isObject(key) && Object.values(key).every((part) => typeof part === 'string');
}

function isValueHolder(fallback: unknown): boolean {
  return isObject(fallback) && 'value' in fallback;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
