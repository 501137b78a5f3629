import { MEANINGS } from '../error-class.ts';
import { type ErrorRule, rows } from '../error-rule.ts';

/** Statuses that tell of overload or a fault on the other side, worth another try. A config may replace them. */
export const RETRYABLE_STATUSES: readonly number[] = [429, 500, 502, 503, 504];

/**
 * Statuses that mean nothing but "again": the server gave up waiting for the request (408), would not risk a replay (425), or is
 * overloaded (529, Anthropic's). They are retried whatever the table above is replaced with.
 */
const REPEAT_STATUSES: readonly number[] = [408, 425, 529];

/** Statuses with which a server says that it did not take the request on: safe to repeat, whatever the request. */
const NOT_EXECUTED_STATUSES: ReadonlySet<number> = new Set([425, 429, 503]);

/** What a status means, whatever else the response says. */
export function statusRule(status: number, retryableStatuses: ReadonlySet<number>): ErrorRule {
  const retryable = retryableStatuses.has(status) || REPEAT_STATUSES.includes(status);
  const notExecuted = NOT_EXECUTED_STATUSES.has(status);
  // The other side answered. Only a fault of its own counts against it: a 429 says that it is up and we are too many.
  const breaker = status >= 500 || status === 408 ? 'failure' : 'success';
  const errorClass =
    status === 429 ? 'throttled' : retryable ? (notExecuted ? 'not_executed' : 'transient') : 'permanent';
  return {
    match: { status },
    class: errorClass,
    why: 'status',
    ...MEANINGS[errorClass],
    retryable,
    notExecuted,
    breaker,
  };
}

/**
 * Refusals about money, sent as 402, 403 or 429 by AI providers: no wait refills an account, so they are never retried.
 * OpenAI: `insufficient_quota`, `billing_*`; Anthropic: `*_spend_limit_reached`, `billing_error`.
 */
export const MONEY_RULES: readonly ErrorRule[] = [
  rows(
    'money, not rate',
    'code',
    [
      'insufficient_quota',
      'billing_hard_limit_reached',
      'billing_not_active',
      'billing_error',
      'credit_balance_exhausted',
      'enforced_spend_limit_reached',
      'contract_spend_limit_reached',
    ],
    'money',
  ),
  rows('money, not rate: status', 'status', [402], 'money'),
];

/** What AI providers say inside a stream that began with a 200, where no status tells. */
export const IN_BAND_RULES: readonly ErrorRule[] = [
  rows(
    'throttled',
    'code',
    ['rate_limit_error', 'rate_limit_exceeded', 'slow_down', 'ramp_limit_exceeded'],
    'throttled',
  ),
  rows(
    'failed on the other side',
    'code',
    ['overloaded_error', 'api_error', 'timeout_error', 'server_error', 'server_is_overloaded'],
    'transient',
  ),
  rows(
    'refused by the other side',
    'code',
    ['authentication_error', 'permission_error', 'invalid_request_error', 'not_found_error', 'request_too_large'],
    'permanent',
  ),
];
