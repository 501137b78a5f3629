import { DEFAULT_RETRY_BUDGET, DEFAULT_RETRY_POLICIES, DEFAULT_RETRYABLE_CODES } from '../defaults.ts';
import { formatDuration } from '../duration.ts';
import type { OperationInput, RetryInput, RetryPolicyInput, RuntimeConfigInput } from '../input.ts';
import { suggestion } from '../nearest.ts';
import type { Path } from '../path.ts';
import type { Review } from '../review.ts';
import type { OperationRetryConfig, RetryBudgetConfig, RetryConfig, RetryPolicyConfig } from '../types.ts';
import { byName, entry, layered, names } from './merge.ts';

export function completeRetry(input: RuntimeConfigInput, review: Review): RetryConfig {
  const given = input.retry ?? {};
  const complete = (name: string, base: RetryPolicyConfig): RetryPolicyConfig =>
    policy(origins(name, review), entry(given.policies, name), base, review);
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

/** The policy of one operation; null when nothing was said of it or it does not work, false when there shall be none. */
export function operationRetry(
  operation: string,
  given: OperationInput['retry'],
  retry: RetryConfig,
  review: Review,
): OperationRetryConfig | false | null {
  if (given === undefined || given === null || given === false) return given ?? null;
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
  const { policy: _name, mode: _mode, ...changes } = own ?? {};
  const result = policy([path, ...origins(name, review)], changes, base, review);
  return retry.enabled ? { ...result, mode: own?.mode ?? 'enforce' } : null;
}

/** The budget of an operation that retries. */
export function operationBudget(given: OperationInput['retryBudget'], retry: RetryConfig): RetryBudgetConfig | null {
  return given === undefined ? retry.budget : completeBudget(given, retry.budget ?? DEFAULT_RETRY_BUDGET);
}

function completeBudget(given: RetryInput['budget'], base: RetryBudgetConfig): RetryBudgetConfig | null {
  if (given === false || given === null) return null;
  return { ...base, ...layered<RetryBudgetConfig>(typeof given === 'object' ? given : undefined) };
}

/** `places` are where the fields may be written: the policy's own first, then those it inherits from. */
function policy(
  places: readonly Path[],
  given: RetryPolicyInput | undefined,
  base: RetryPolicyConfig,
  review: Review,
): RetryPolicyConfig {
  const { jitter, ...fields } = layered<RetryPolicyInput>(given);
  const kind = jitter === true ? 'original' : jitter === false ? 'none' : (jitter ?? base.jitter);
  const result = { ...base, ...layered<Omit<RetryPolicyConfig, 'jitter'>>(fields), jitter: kind };
  checkDelays(places, result, review);
  return result;
}

function checkDelays(places: readonly Path[], { baseDelayMs, maxDelayMs }: RetryPolicyConfig, review: Review): void {
  if (maxDelayMs >= baseDelayMs) return;
  const { key } = review.dialect;
  const own = (field: string): Path => [...(places[0] ?? []), key(field)];
  const [max, base] = [own('maxDelayMs'), own('baseDelayMs')];
  // Said where one of the two is written; a policy that inherits both inherits the mistake too.
  if (!review.written(max) && !review.written(base)) return;
  const show = (field: string, ms: number): string => {
    const origin = places.map((place) => [...place, key(field)]).find((path) => review.written(path));
    const value = origin === undefined ? formatDuration(ms) : review.show(origin, formatDuration(ms));
    return review.written(own(field)) ? value : `${value}, inherited`;
  };
  const [longest, first] = [show('maxDelayMs', maxDelayMs), show('baseDelayMs', baseDelayMs)];
  const message = `${key('maxDelayMs')} (${longest}) is shorter than ${key('baseDelayMs')} (${first}); raise the one or lower the other`;
  review.problem(review.written(max) ? max : base, message, [max, base]);
}

/** Where the fields of a named policy may be written. The four built-in ones lend nothing to each other. */
function origins(name: string, { dialect }: Review): Path[] {
  const place = (policyName: string): Path =>
    dialect.kind === 'yaml' ? ['retry', `${policyName}_policy`] : ['retry', 'policies', policyName];
  return Object.hasOwn(DEFAULT_RETRY_POLICIES, name) ? [place(name)] : [place(name), place('default')];
}
