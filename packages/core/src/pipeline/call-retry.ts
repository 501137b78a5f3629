import type { RetryConfig, RetryPolicyConfig } from '../config/types.ts';
import { namedRetryPolicy } from '../retry/named-policy.ts';
import { asRetryPolicy, type RetryPolicyOptions, type RetrySelection } from '../retry/policy.ts';

/** A retry policy, and which errors it is for. */
export interface CallRetry extends RetryPolicyConfig, RetrySelection {}

/**
 * The retry policy that a caller asks for; null when it wants none, or the config switches all retries off.
 *
 * @throws InvalidArgumentError for a name that the config does not know, and options that cannot work
 */
export function askedRetry(
  asked: string | RetryPolicyOptions | false,
  config: Pick<RetryConfig, 'enabled' | 'policies'>,
): CallRetry | null {
  if (asked === false) return null;
  // A mistake in it is told whether or not retries are on.
  const policy = typeof asked === 'string' ? namedRetryPolicy(asked, config) : asRetryPolicy(asked);
  return config.enabled ? policy : null;
}
