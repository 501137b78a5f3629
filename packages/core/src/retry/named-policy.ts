import { suggestion } from '../config/nearest.ts';
import type { RetryConfig } from '../config/types.ts';
import { InvalidArgumentError } from '../errors.ts';
import { RetryPolicy } from './policy.ts';

/**
 * The retry policy that the config calls `name`.
 *
 * @throws InvalidArgumentError with a suggestion when there is none
 */
export function namedRetryPolicy(name: string, { policies }: Pick<RetryConfig, 'policies'>): RetryPolicy {
  const policy = Object.hasOwn(policies, name) ? policies[name] : undefined;
  if (policy === undefined) {
    throw new InvalidArgumentError(`No retry policy is called "${name}"${suggestion(name, Object.keys(policies))}`);
  }
  const { maxAttempts, baseDelayMs, maxDelayMs, exponentialBase, jitter } = policy;
  return new RetryPolicy({ maxAttempts, baseDelayMs, maxDelayMs, exponentialBase, jitter });
}
