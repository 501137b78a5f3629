import { InvalidArgumentError } from '../errors.ts';
import { backoffDelayMs, type Random } from './backoff.ts';
import { asRetryPolicy, type RetryPolicyOptions } from './policy.ts';

/**
 * Milliseconds that `policy` waits after attempt `attempt` (1 for the first) has failed: never above `maxDelayMs`, jitter included.
 * Of `decorrelated` jitter, which grows from the wait before, this is the first wait.
 *
 * @param policy a policy, or fields of one; the others have their defaults
 * @param random numbers in [0, 1). Default `Math.random`
 * @throws InvalidArgumentError when `attempt` is not a whole number of at least 1, or the policy cannot work
 */
export function calculateDelay(attempt: number, policy: RetryPolicyOptions = {}, random: Random = Math.random): number {
  if (!Number.isSafeInteger(attempt) || attempt < 1) {
    throw new InvalidArgumentError(`attempt must be a whole number of at least 1, got ${String(attempt)}`);
  }
  return backoffDelayMs(attempt, asRetryPolicy(policy), random);
}
