import {
  AttemptTimeoutError,
  AuthenticationError,
  createClassifier,
  NetworkError,
  RateLimitError,
  RateLimitExceeded,
  ServerError,
} from '@crossbridge/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const classify = createClassifier({ wallNow: () => Date.UTC(2026, 0, 1) });

function error(properties: object, cause?: unknown): Error {
  return Object.assign(new Error('text that must not matter: 503 timeout 429'), properties, { cause });
}

describe('createClassifier', () => {
  it.each([
    ['429', error({ status: 429 }), { retryable: true, notExecuted: true, breaker: 'success', type: '429' }],
    ['503', error({ status: 503 }), { retryable: true, notExecuted: true, breaker: 'failure', type: '503' }],
    ['500', error({ statusCode: 500 }), { retryable: true, notExecuted: false, breaker: 'failure', type: '500' }],
    ['501', error({ status: 501 }), { retryable: false, breaker: 'failure', type: '501' }],
    ['404', error({ response: { status: 404 } }), { retryable: false, breaker: 'success', type: '404' }],
    ['AWS', error({ $metadata: { httpStatusCode: 502 } }), { retryable: true, type: '502' }],
    ['overloaded', error({ status: 529 }), { retryable: true, type: '529' }],
    ['refused', error({ code: 'ECONNREFUSED' }), { retryable: true, notExecuted: true, type: 'ECONNREFUSED' }],
    ['reset', error({}, { code: 'ECONNRESET' }), { retryable: true, notExecuted: false, breaker: 'failure' }],
    [
      'happy eyeballs',
      error({}, new AggregateError([error({ code: 'ECONNREFUSED' }), error({ code: 'ENETUNREACH' })])),
      { retryable: true, notExecuted: true },
    ],
    ['money', error({ status: 429, code: 'insufficient_quota' }), { retryable: false, type: 'insufficient_quota' }],
    ['money inside', error({ status: 429, error: { type: 'billing_error' } }), { retryable: false }],
    ['the server knows better', error({ status: 400, headers: { 'x-should-retry': 'true' } }), { retryable: true }],
    ['the server says no', error({ status: 503, headers: { 'X-Should-Retry': 'false' } }), { retryable: false }],
    ['thrown as such', new NetworkError('x'), { retryable: true, breaker: 'failure', type: 'NetworkError' }],
    ['wrapped', error({}, new ServerError('x', { retryAfterMs: 7 })), { retryable: true, retryAfterMs: 7 }],
    ['no credentials', new AuthenticationError('x'), { retryable: false, breaker: 'success' }],
    ['a bug', new TypeError('x is not a function'), { retryable: false, breaker: 'ignored', type: 'TypeError' }],
    ['a timeout', new DOMException('x', 'TimeoutError'), { retryable: true, breaker: 'failure' }],
    ['an abort', new DOMException('x', 'AbortError'), { retryable: false, breaker: 'ignored' }],
    ['our timeout', new AttemptTimeoutError('op', 1, 10), { retryable: true, breaker: 'failure' }],
    [
      'our refusal',
      new RateLimitExceeded({ key: 'k', limit: 1, windowSeconds: 1, retryAfterMs: 5 }),
      { retryable: false, breaker: 'ignored', type: 'rate_limited' },
    ],
    ['nothing known', error({}), { retryable: false, breaker: 'failure', type: '_OTHER' }],
    ['a string', 'boom 503', { retryable: false, type: '_OTHER' }],
    ['null', null, { retryable: false, type: '_OTHER' }],
  ])('judges by structure: %s', (_, thrown, expected) => {
    expect(classify(thrown)).toMatchObject(expected);
  });

  it.each([
    ['as an error about rate', (cause: unknown) => new RateLimitError('slow down', { cause })],
    ['as one of the server', (cause: unknown) => new ServerError('provider: 429', { cause })],
    ['with its status', (cause: unknown) => error({ status: 429 }, cause)],
    ['with its status, twice', (cause: unknown) => error({ status: 429 }, error({ status: 429 }, cause))],
  ])('never retries what is about money, whoever wraps it %s', (_, wrap) => {
    const money = error({ status: 429, code: 'insufficient_quota' });
    expect(classify(wrap(money))).toMatchObject({ class: 'money', retryable: false, type: 'insufficient_quota' });
  });

  it('takes the table of statuses that it is given', () => {
    const strict = createClassifier({ retryableStatuses: [418] });
    expect([strict(error({ status: 418 })).retryable, strict(error({ status: 503 })).retryable]).toEqual([true, false]);
  });

  it('says which rule decided', () => {
    expect(classify(error({}, error({ code: 'EPIPE' }))).rule).toBe('connection broke: EPIPE');
  });

  it('gets along with whatever is thrown: cycles, getters that throw, anything', () => {
    const cycle = error({});
    cycle.cause = cycle;
    const mined = Object.defineProperty(error({}), 'status', {
      get: () => {
        throw new Error('mined');
      },
    });
    const { proxy: headers, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(classify(error({ status: 503, headers })).type).toBe('503');
    for (const thrown of [cycle, mined]) expect(classify(thrown).type).toBe('_OTHER');
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, maxDepth: 4 }), (thrown) => {
        expect(classify(thrown).type.length).toBeGreaterThan(0);
      }),
    );
  });
});
