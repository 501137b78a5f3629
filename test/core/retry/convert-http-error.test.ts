import {
  AttemptTimeoutError,
  AuthenticationError,
  NetworkError,
  NonRetryableError,
  RateLimitError,
  RetryableError,
  ServerError,
  ValidationError,
} from '@crossbridge/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertHttpErrorToRetry } from '../../../packages/core/src/retry/convert-http-error.ts';
import { httpError } from '../../support/bridges.ts';

function coded(code: string): Error {
  return Object.assign(new Error('text'), { code });
}

describe('convertHttpErrorToRetry', () => {
  it.each([
    [429, RateLimitError, 'Rate limit: 429'],
    [500, ServerError, 'Server error: 500'],
    [502, ServerError, 'Server error: 502'],
    [503, ServerError, 'Server error: 503'],
    [504, ServerError, 'Server error: 504'],
    [529, ServerError, 'Server error: 529'],
    [408, NetworkError, 'Timeout: 408'],
    [425, RetryableError, 'Retryable error: 425'],
    [401, AuthenticationError, 'Auth error: 401'],
    [403, AuthenticationError, 'Auth error: 403'],
    [400, ValidationError, 'Validation error: 400'],
    [422, ValidationError, 'Validation error: 422'],
    [402, NonRetryableError, 'Out of money or quota: 402'],
  ])('status %d', (status, Type, message) => {
    const error = httpError(status, { 'retry-after': '2' });
    const converted = convertHttpErrorToRetry(error);
    expect(Object.getPrototypeOf(converted)).toBe(Type.prototype);
    expect(converted).toMatchObject({ cause: error, message, retryAfterMs: 2_000 });
  });

  it.each([
    ['refused', coded('ECONNREFUSED'), NetworkError],
    ['reset beneath fetch', new TypeError('fetch failed', { cause: coded('ECONNRESET') }), NetworkError],
    ['a timeout', new DOMException('x', 'TimeoutError'), NetworkError],
    ['throttled inside a stream', Object.assign(new Error('x'), { type: 'rate_limit_error' }), RateLimitError],
    ['overloaded inside a stream', Object.assign(new Error('x'), { type: 'overloaded_error' }), ServerError],
    ['a deadlock', Object.assign(new Error('x'), { code: '40P01', severity: 'ERROR' }), ServerError],
    ['money', Object.assign(httpError(429), { code: 'insufficient_quota' }), NonRetryableError],
    ['the word of the server', httpError(400, { 'x-should-retry': 'true' }), RetryableError],
    ['a status beneath a wrapper', new Error('x', { cause: httpError(503) }), ServerError],
  ])('%s', (_, error, Type) => {
    const converted = convertHttpErrorToRetry(error);
    expect(Object.getPrototypeOf(converted)).toBe(Type.prototype);
    expect(converted).toHaveProperty('cause', error);
  });

  it.each([
    ['404', httpError(404)],
    ['501', httpError(501)],
    ['503 that the server does not want repeated', httpError(503, { 'x-should-retry': 'false' })],
    ['digits in a text', new Error('order 5001 not found, took 429 ms, 401 from http://h:5002, timeout')],
    ['an abort', new DOMException('x', 'AbortError')],
    ['a bug', new TypeError('x')],
    ['one of these already', new ServerError('x')],
    ['one that says no', new NonRetryableError('x')],
    ['an error of ours', new AttemptTimeoutError('op', 1, 5)],
    ['text', '503'],
    ['nothing', undefined],
  ])('leaves %s as it is', (_, error) => {
    expect(convertHttpErrorToRetry(error)).toBe(error);
  });

  it('has no retryAfterMs when the server asked for nothing', () => {
    expect(convertHttpErrorToRetry(httpError(503))).toHaveProperty('retryAfterMs', undefined);
  });

  it('gives back anything else, or an error with it as its cause', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (thrown) => {
        const converted = convertHttpErrorToRetry(thrown);
        if (!Object.is(converted, thrown)) expect((converted as Error).cause).toBe(thrown);
      }),
    );
  });
});
