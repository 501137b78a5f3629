import { DEFAULT_RETRY_BUDGET, DEFAULT_RETRY_POLICIES, DEFAULT_RETRYABLE_CODES } from '../defaults.ts';
import { formatDuration } from '../duration.ts';
import type { OperationInput, RetryInput, RetryPolicyInput, RuntimeConfigInput } from '../input.ts';
import { suggestion } from '../nearest.ts';
import type { Path } from '../path.ts';
import type { Review } from '../review.ts';
import type { RetryBudgetConfig, RetryConfig, RetryPolicyConfig } from '../types.ts';
import { byName, entry, layered, names } from './merge.ts';

export function completeRetry(input: RuntimeConfigInput, review: Review): RetryConfig {
  const given = input.retry ?? {};
  const complete = (name: string, base: RetryPolicyConfig): RetryPolicyConfig =>
    policy(policyPath(name, review), entry(given.policies, name), base, review);
  const general = complete('default', DEFAULT_RETRY_POLICIES.default);
  const policies = byName(
    names(DEFAULT_RETRY_POLICIES, given.policies).map((name) => [
      name,
      name === 'default' ? general : complete(name, entry(DEFAULT_RETRY_POLICIES, name) ?? general),
    ]),
  );
  return {
    enabled: given.enabled ?? true,
    policies,
    retryableCodes: [...new Set(given.retryableCodes ?? DEFAULT_RETRYABLE_CODES)],
    budget: completeBudget(given.budget, DEFAULT_RETRY_BUDGET),
  };
}

/** The policy of one operation, or null when it does not retry. */
export function operationRetry(
  operation: string,
  given: OperationInput['retry'],
  retry: RetryConfig,
  review: Review,
): RetryPolicyConfig | null {
  if (given === undefined || given === null || given === false) return null;
  const { key } = review.dialect;
  const path = [key('operations'), operation, key('retry')];
  const own = typeof given === 'object' ? given : undefined;
  const name = typeof given === 'string' ? given : (own?.policy ?? 'default');
  const base = entry(retry.policies, name);
  if (base === undefined) {
    const where = own === undefined ? path : [...path, key('policy')];
    const known = Object.keys(retry.policies);
    review.problem(where, `no retry policy is called ${review.show(where, `"${name}"`)}${suggestion(name, known)}`);
    return null;
  }
  const result = policy(path, own, base, review);
  return retry.enabled ? result : null;
}

/** The budget of an operation that retries. */
export function operationBudget(given: OperationInput['retryBudget'], retry: RetryConfig): RetryBudgetConfig | null {
  return given === undefined ? retry.budget : completeBudget(given, retry.budget ?? DEFAULT_RETRY_BUDGET);
}

function completeBudget(given: RetryInput['budget'], base: RetryBudgetConfig): RetryBudgetConfig | null {
  if (given === false || given === null) return null;
  return { ...base, ...layered<RetryBudgetConfig>(typeof given === 'object' ? given : undefined) };
}

function policy(
  path: Path,
  given: RetryPolicyInput | undefined,
  base: RetryPolicyConfig,
  review: Review,
): RetryPolicyConfig {
  const { maxAttempts, baseDelayMs, maxDelayMs, exponentialBase, jitter } = {
    ...base,
    ...layered<RetryPolicyInput>(given),
  };
  const kind = jitter === true ? 'original' : jitter === false ? 'none' : (jitter ?? base.jitter);
  const result: RetryPolicyConfig = {
    maxAttempts: maxAttempts ?? base.maxAttempts,
    baseDelayMs: baseDelayMs ?? base.baseDelayMs,
    maxDelayMs: maxDelayMs ?? base.maxDelayMs,
    exponentialBase: exponentialBase ?? base.exponentialBase,
    jitter: kind,
  };
  checkDelays(path, result, review);
  return result;
}

function checkDelays(path: Path, { baseDelayMs, maxDelayMs }: RetryPolicyConfig, review: Review): void {
  if (maxDelayMs >= baseDelayMs) return;
  const { key } = review.dialect;
  const max = [...path, key('maxDelayMs')];
  const base = [...path, key('baseDelayMs')];
  // Said where one of the two is written; a policy that inherits both inherits the mistake too.
  if (!review.written(max) && !review.written(base)) return;
  const [maxText, baseText] = [[max, maxDelayMs] as const, [base, baseDelayMs] as const].map(([at, ms]) =>
    review.show(at, `${formatDuration(ms)}, inherited`),
  );
  const message = `${key('maxDelayMs')} (${maxText}) is shorter than ${key('baseDelayMs')} (${baseText}); raise the one or lower the other`;
  review.problem(review.written(max) ? max : base, message, [max, base]);
}

function policyPath(name: string, { dialect }: Review): Path {
  return dialect.kind === 'yaml' ? ['retry', `${name}_policy`] : ['retry', 'policies', name];
}
