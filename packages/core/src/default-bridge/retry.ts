import type { RuntimeConfig } from '../config/types.ts';
import { InvalidArgumentError } from '../errors.ts';
import { assertRetryOptions } from '../method-options.ts';
import type { AttemptFunction } from '../pipeline/attempt.ts';
import { namedRetryPolicy } from '../retry/named-policy.ts';
import { asRetryPolicy, type RetryPolicy, type RetryPolicyOptions } from '../retry/policy.ts';
import type { RetryOptions } from '../retry/retry-call.ts';
import { getDefaultBridge } from './default-bridge.ts';

type AnyAsync = (this: never, ...args: never) => Promise<unknown>;
type AnySync<This, Args extends readonly unknown[], T> = (this: This, ...args: Args) => T;

/** What {@link retryable} returns: decorates an asynchronous method, or wraps a function. */
export interface RetryableWrapper {
  <F extends AnyAsync>(fn: F, context?: { readonly kind: 'method' }): F;
  <This, Args extends readonly unknown[], T>(
    fn: AnySync<This, Args, T>,
  ): (this: This, ...args: Args) => Promise<Awaited<T>>;
}

/**
 * Runs `fn` again while it fails with an error that is worth another try, after growing waits; resolves with its value or rejects
 * with its last error, the same object. `fn` is given `{ attempt, signal, remainingMs }`.
 *
 * A `Retry-After` of the other side is waited out, never shortened. An abort ends the wait at once. `retry.enabled: false` in the
 * config leaves a single attempt.
 *
 * @param policy name of a policy of the config (`default`, `expensive`, `quick`, `conservative` or your own), or a policy. Default
 * `default`
 * @throws InvalidArgumentError for arguments that cannot work, DeadlineExceededError when `deadlineMs` ran out during an attempt
 */
export async function retryWithBackoff<T>(
  fn: AttemptFunction<T>,
  policy?: RetryPolicy | RetryPolicyOptions | string,
  options?: RetryOptions,
): Promise<T> {
  return await getDefaultBridge().retry(fn, policy, options);
}

/**
 * Makes functions that run as {@link retryWithBackoff} does: `retryable('quick')(fn)`, or `@retryable('quick')` on a method. The
 * wrapper passes `this` and the arguments on, and keeps the name and the length of the function.
 *
 * @throws InvalidArgumentError when used without the parentheses, or on anything but a function or method, and for arguments that cannot
 * work; that the config has no policy of that name shows at the first call
 */
export function retryable(
  policy?: RetryPolicy | RetryPolicyOptions | string,
  options?: RetryOptions,
): RetryableWrapper {
  if (typeof policy === 'function') {
    throw new InvalidArgumentError('retryable takes a policy, not a function: write retryable()(fn) or @retryable()');
  }
  // What can be said before there is a bridge is said where the mistake was made.
  if (policy !== undefined && typeof policy !== 'string') asRetryPolicy(policy);
  if (options !== undefined) assertRetryOptions(options);
  function wrap<This, Args extends readonly unknown[], T>(
    fn: AnySync<This, Args, T>,
    context?: DecoratorContext,
  ): (this: This, ...args: Args) => Promise<T> {
    if (typeof context === 'string' || typeof context === 'symbol') {
      throw new InvalidArgumentError(
        '@retryable is a standard decorator: switch experimentalDecorators off in tsconfig.json, or write retryable()(fn)',
      );
    }
    if (typeof fn !== 'function' || (context !== undefined && context.kind !== 'method')) {
      const what = context === undefined ? typeof fn : `a ${context.kind}`;
      throw new InvalidArgumentError(`retryable wraps functions and methods, not ${what}`);
    }
    const wrapper = function (this: This, ...args: Args): Promise<T> {
      return retryWithBackoff(() => fn.apply(this, [...args] as never), policy, options);
    };
    return Object.defineProperties(wrapper, {
      name: { value: fn.name, configurable: true },
      length: { value: fn.length, configurable: true },
    });
  }
  return wrap as RetryableWrapper;
}

/**
 * The retry policy of that name.
 *
 * @param config default: that of the default bridge
 * @throws InvalidArgumentError with a suggestion when the config has none of that name
 */
export function getRetryPolicyByName(
  name: string,
  config: Pick<RuntimeConfig, 'retry'> = getDefaultBridge().config,
): RetryPolicy {
  return namedRetryPolicy(name, config.retry);
}
