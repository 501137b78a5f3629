import * as z from 'zod';
import { DEFAULT_RETRY_POLICIES } from '../defaults.ts';
import type { OperationInput, RetryInput, RetryPolicyInput } from '../input.ts';
import type { JitterKind } from '../types.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import type { Dialect } from './dialect.ts';
import { expected, flag, list, mode, number, text } from './fields.ts';
import { named, object, optional, pick, section, toggled } from './section.ts';

const JITTER: readonly JitterKind[] = ['original', 'full', 'decorrelated', 'none'];
const POLICY_KEY = /^(.*\S)_policy$/;

function policyFields(dialect: Dialect) {
  return {
    maxAttempts: number({ whole: true, min: 1 }),
    baseDelayMs: dialect.duration({ timer: true }),
    maxDelayMs: dialect.duration({ timer: true }),
    exponentialBase: number({ min: 1 }),
    jitter: z.union([z.boolean(), z.enum(JITTER)], expected(`true, false or one of ${JITTER.join(', ')}`)),
  };
}

export function retryBudget(dialect: Dialect): z.ZodType<OperationInput['retryBudget']> {
  const fields = { ratio: number({ min: 0, max: 1 }), minRetriesPerSecond: number({ min: 0 }) };
  const what = `a map with ${dialect.key('ratio')} and ${dialect.key('minRetriesPerSecond')}`;
  return toggled(dialect, section(dialect, fields, DESCRIPTIONS.retryBudget), what);
}

export function retry(dialect: Dialect): z.ZodType<RetryInput> {
  const policy: z.ZodType<RetryPolicyInput> = section(dialect, policyFields(dialect), DESCRIPTIONS.retryPolicy);
  const fields = {
    enabled: flag(),
    retryableCodes: list(number({ whole: true, min: 100, max: 599 }), 'HTTP statuses'),
    budget: retryBudget(dialect),
  };
  if (dialect.kind === 'code') {
    return section(dialect, { ...fields, policies: named(policy, 'a name to a retry policy') }, DESCRIPTIONS.retry);
  }
  const ignored = { networkTimeoutMs: dialect.duration() };
  const alsoKnown = Object.keys(DEFAULT_RETRY_POLICIES).map((name) => `${name}_policy`);
  const fixed = object(dialect, fields, DESCRIPTIONS.retry, { ignored, alsoKnown }).transform(settings);
  // The policies stand among the other keys. An intersection reports only the keys that both of its sides refuse.
  const policies = z.record(z.string().regex(POLICY_KEY), optional(policy), expected('a map of settings and policies'));
  return z.intersection(fixed, policies).transform((both) => ({
    ...pick({ ...dialect, key: settingKey }, fields, both),
    policies: Object.fromEntries(
      Object.entries(both).flatMap(([key, value]) => {
        const name = POLICY_KEY.exec(key)?.[1];
        return name === undefined ? [] : [[name, value as RetryPolicyInput | undefined]];
      }),
    ),
  }));
}

// An intersection refuses a key to which both sides give a different value, so the parsed settings move out of the way.
function settings(raw: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(raw).map(([key, value]) => [`${SETTING}${key}`, value]));
}

const SETTING = '\0';

function settingKey(field: string): string {
  return `${SETTING}${field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

export function operationRetry(dialect: Dialect): z.ZodType<OperationInput['retry']> {
  const name = text('the name of a retry policy');
  const own = section(
    dialect,
    { policy: name, ...policyFields(dialect), mode: mode() },
    { ...DESCRIPTIONS.retryPolicy, ...DESCRIPTIONS.operationRetry },
  );
  const either = z.union([name, own], expected("the name of a retry policy or a map of a policy's fields"));
  return toggled(dialect, either, "the name of a retry policy, or a map of a policy's fields");
}
