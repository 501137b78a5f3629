import { createClassifier } from '@crossbridge/core';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';

const classify = createClassifier();

type Row<T> = readonly [T, object];

function all<T>(values: readonly T[], expected: object): Row<T>[] {
  return values.map((value) => [value, expected]);
}

function http(status: number, rest: object = {}): Error {
  return Object.assign(new Error('text'), { status, ...rest });
}

const T = { class: 'transient', retryable: true, notExecuted: false, breaker: 'failure' };
const N = { class: 'not_executed', retryable: true, notExecuted: true, breaker: 'failure' };
const THROTTLED = { class: 'throttled', retryable: true, notExecuted: true, breaker: 'success' };
const P = { class: 'permanent', retryable: false, breaker: 'success' };
const MONEY = { class: 'money', retryable: false, breaker: 'success' };

describe('HTTP statuses', () => {
  it.each<Row<number>>([
    ...all([408, 500, 502, 504, 529], T),
    [503, N],
    [425, { ...N, breaker: 'success' }],
    [429, THROTTLED],
    ...all([400, 401, 403, 404, 409, 413, 422], P),
    [501, { ...P, breaker: 'failure' }],
    [402, MONEY],
  ])('%d', (status, expected) => {
    expect(classify(http(status))).toMatchObject({ ...expected, type: String(status) });
  });
});

describe('money', () => {
  it.each([
    'insufficient_quota',
    'billing_hard_limit_reached',
    'billing_not_active',
    'billing_error',
    'credit_balance_exhausted',
    'enforced_spend_limit_reached',
    'contract_spend_limit_reached',
  ])('%s is never retried, whatever status and headers say', (code) => {
    const headers = { 'x-should-retry': 'true', 'retry-after': '1' };
    expect(classify(http(429, { code, headers }))).toMatchObject({ ...MONEY, type: code });
    expect(classify(http(429, { error: { type: code }, headers }))).toMatchObject(MONEY);
    expect(classify(new Error('wrapped', { cause: http(403, { code }) }))).toMatchObject(MONEY);
  });

  it('is found in the body of Anthropic, details included', () => {
    const body = {
      type: 'error',
      error: { type: 'rate_limit_error', details: { error_code: 'enforced_spend_limit_reached' } },
    };
    expect(classify(http(429, { error: body }))).toMatchObject(MONEY);
  });

  it('is never retried for a status alone, however the server asks', () => {
    expect(classify(http(402, { headers: { 'x-should-retry': 'true' } }))).toMatchObject(MONEY);
  });
});

describe('errors inside a stream', () => {
  it.each<Row<string>>([
    ...all(['rate_limit_error', 'rate_limit_exceeded', 'slow_down', 'ramp_limit_exceeded'], THROTTLED),
    ...all(['overloaded_error', 'api_error', 'timeout_error', 'server_error', 'server_is_overloaded'], T),
    ...all(
      ['authentication_error', 'permission_error', 'invalid_request_error', 'not_found_error', 'request_too_large'],
      P,
    ),
  ])('%s, where no status tells', (type, expected) => {
    expect(classify(Object.assign(new Error('text'), { status: undefined, type }))).toMatchObject(expected);
  });
});

describe('errors of the OpenAI SDK', () => {
  const headers = new Headers({ 'retry-after-ms': '250' });

  it.each([
    ['rate limit', OpenAI.APIError.generate(429, {}, 'x', headers), { ...THROTTLED, retryAfterMs: 250 }],
    ['quota', OpenAI.APIError.generate(429, { error: { code: 'insufficient_quota' } }, 'x', headers), MONEY],
    ['server', OpenAI.APIError.generate(503, {}, 'x', headers), N],
    ['connection', new OpenAI.APIConnectionError({}), { class: 'unknown_outcome', retryable: true }],
    ['refused', new OpenAI.APIConnectionError({ cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) }), N],
    ['timeout', new OpenAI.APIConnectionTimeoutError(), { class: 'unknown_outcome', retryable: true }],
    ['abort', new OpenAI.APIUserAbortError(), { class: 'cancelled', retryable: false, breaker: 'ignored' }],
  ])('%s', (_, error, expected) => {
    expect(classify(error)).toMatchObject(expected);
  });
});
