import {
  AuthenticationError,
  createClassifier,
  NetworkError,
  NonRetryableError,
  RateLimitError,
  RetryableError,
  ServerError,
  ValidationError,
} from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { classifierFor, shouldRetry } from '../../../packages/core/src/retry/should-retry.ts';
import { httpError } from '../../support/bridges.ts';

class OwnError extends Error {}
class OwnerError extends OwnError {}

const money = Object.assign(httpError(429), { code: 'insufficient_quota' });

describe('shouldRetry', () => {
  it.each([
    [new RetryableError('x'), true],
    [new NetworkError('x'), true],
    [new RateLimitError('x'), true],
    [new ServerError('x'), true],
    [new NonRetryableError('x'), false],
    [new AuthenticationError('x'), false],
    [new ValidationError('x'), false],
    [httpError(503), true],
    [httpError(404), false],
    [new DOMException('x', 'TimeoutError'), true],
    [Object.assign(new Error('x'), { code: 'ECONNRESET' }), true],
    [new TypeError('x'), false],
    [new RangeError('x'), false],
    [new Error('429 timeout'), false],
    ['503', false],
    [undefined, false],
    [money, false],
  ])('goes by the classification when the policy names no errors: %o', (error, expected) => {
    expect(shouldRetry(error)).toBe(expected);
  });

  it('retries what the policy names, subclasses included, and nothing else', () => {
    const policy = { retryableErrors: [OwnError] };
    expect(shouldRetry(new OwnError(), policy)).toBe(true);
    expect(shouldRetry(new OwnerError(), policy)).toBe(true);
    expect(shouldRetry(httpError(503), policy)).toBe(false);
  });

  it('lets what is not to be retried win', () => {
    const policy = { retryableErrors: [OwnError], nonRetryableErrors: [OwnerError] };
    expect(shouldRetry(new OwnerError(), policy)).toBe(false);
    expect(shouldRetry(new OwnError(), policy)).toBe(true);
    expect(shouldRetry(httpError(503), { nonRetryableErrors: [Error] })).toBe(false);
  });

  it('asks a predicate', () => {
    const policy = { retryableErrors: (error: unknown) => error === 'again' };
    expect([shouldRetry('again', policy), shouldRetry('no', policy)]).toEqual([true, false]);
    const never = { nonRetryableErrors: () => true };
    expect(shouldRetry(httpError(503), never)).toBe(false);
  });

  it('retries neither money nor a NonRetryableError, whatever a policy says', () => {
    const everything = { retryableErrors: () => true };
    expect(shouldRetry(money, everything)).toBe(false);
    expect(shouldRetry(new ValidationError('x'), everything)).toBe(false);
  });
});

describe('classifierFor', () => {
  const classify = createClassifier();

  it('is the classifier itself for a policy that names no errors', () => {
    expect(classifierFor({}, classify)).toBe(classify);
  });

  it('changes whether to retry and says so, and leaves the rest', () => {
    const error = httpError(503);
    const seen = classifierFor({ nonRetryableErrors: [Error] }, classify)(error);
    expect(seen).toEqual({ ...classify(error), retryable: false, rule: 'the policy says so; else: status 503' });
    expect(classifierFor({ retryableErrors: [Error] }, classify)(error)).toEqual(classify(error));
  });

  it('does not retry when a predicate throws', () => {
    const broken = (error: unknown) => (error as { a: { b: boolean } }).a.b;
    for (const policy of [{ retryableErrors: broken }, { nonRetryableErrors: broken }]) {
      expect(classifierFor(policy, classify)(httpError(503)).retryable).toBe(false);
    }
  });
});
