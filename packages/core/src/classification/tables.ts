/** The socket was never connected, so nothing was sent: safe to repeat, whatever the request. */
export const NOT_SENT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The connection broke or stalled after something may have been sent: the other side may or may not have acted. */
export const BROKEN_CONNECTION_CODES: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/**
 * Refusals about money, sent as 429 or 403 by AI providers: no wait refills an account, so they are never retried.
 * OpenAI: `insufficient_quota`, `billing_*`; Anthropic: `*_spend_limit_reached`, `billing_error`.
 */
export const MONEY_CODES: ReadonlySet<string> = new Set([
  'insufficient_quota',
  'billing_hard_limit_reached',
  'billing_not_active',
  'billing_error',
  'credit_balance_exhausted',
  'enforced_spend_limit_reached',
  'contract_spend_limit_reached',
]);

/** Statuses that tell of overload or a fault on the other side, worth another try. */
export const RETRYABLE_STATUSES: readonly number[] = [429, 500, 502, 503, 504];

/**
 * Statuses that mean nothing but "again": the server gave up waiting for the request (408), would not risk a replay (425), or is
 * overloaded (529, Anthropic's). They are retried whatever the table above is replaced with.
 */
export const REPEAT_STATUSES: readonly number[] = [408, 425, 529];

/** Statuses with which a server says that it did not take the request on: safe to repeat, whatever the request. */
export const NOT_EXECUTED_STATUSES: ReadonlySet<number> = new Set([425, 429, 503]);

/** Errors of the program, not of the callee: neither retried nor held against the callee's circuit breaker. */
export const PROGRAM_ERROR_NAMES: ReadonlySet<string> = new Set([
  'TypeError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'URIError',
  'EvalError',
]);
