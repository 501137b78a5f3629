import { InvalidArgumentError } from '@crossbridge/core';
import { resolveRuntimeConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { asRetryPolicy, RetryPolicy, type RetryPolicyOptions } from '../../../packages/core/src/retry/policy.ts';

describe('RetryPolicy', () => {
  it('has the defaults of the default policy', () => {
    expect({ ...new RetryPolicy() }).toEqual({
      maxAttempts: 3,
      baseDelayMs: 500,
      maxDelayMs: 5_000,
      exponentialBase: 2,
      jitter: 'original',
    });
  });

  it.each([
    [true, 'original'],
    [false, 'none'],
    ['full', 'full'],
    ['decorrelated', 'decorrelated'],
  ] as const)('takes jitter %s for %s', (given, kind) => {
    expect(new RetryPolicy({ jitter: given }).jitter).toBe(kind);
  });

  it('allows a base delay of 0, a single attempt and a base of 1', () => {
    const policy = new RetryPolicy({ maxAttempts: 1, baseDelayMs: 0, maxDelayMs: 0, exponentialBase: 1 });
    expect(policy.maxAttempts).toBe(1);
  });

  it.each([
    [{ maxAttempts: 0 }, 'maxAttempts must be a whole number of at least 1, got 0'],
    [{ maxAttempts: 1.5 }, 'maxAttempts must be a whole number of at least 1, got 1.5'],
    [{ maxAttempts: '3' }, 'maxAttempts must be a whole number of at least 1, got "3"'],
    [{ baseDelayMs: -1 }, 'baseDelayMs must be a finite number of at least 0, got -1'],
    [{ baseDelayMs: Number.NaN }, 'baseDelayMs must be a finite number of at least 0, got NaN'],
    [{ maxDelayMs: Number.POSITIVE_INFINITY }, 'maxDelayMs must be a finite number of at least 0, got Infinity'],
    [{ baseDelayMs: 2_000, maxDelayMs: 1_000 }, 'maxDelayMs (1000) must be at least baseDelayMs (2000)'],
    [{ exponentialBase: 0.5 }, 'exponentialBase must be a finite number of at least 1, got 0.5'],
    [{ jitter: 'some' }, 'jitter must be true, false or one of original, full, decorrelated, none, got "some"'],
    [{ retryableErrors: ['Error'] }, 'retryableErrors must be a list of error classes or a function'],
    [{ nonRetryableErrors: 'Error' }, 'nonRetryableErrors must be a list of error classes or a function, got "Error"'],
    [{ max_attempts: 3 }, 'A retry policy has no option "max_attempts"; did you mean "maxAttempts"?'],
    [null, 'A retry policy must be an object of options, got null'],
    ['quick', 'A retry policy must be an object of options, got "quick"'],
  ])('says what is wrong with %j', (options, message) => {
    const make = (): unknown => new RetryPolicy(options as RetryPolicyOptions);
    expect(make).toThrow(InvalidArgumentError);
    expect(make).toThrow(message);
  });

  it('cannot be changed, nor can its lists', () => {
    const classes = [RangeError];
    const policy = new RetryPolicy({ retryableErrors: classes });
    classes.push(TypeError as never);
    expect(policy.retryableErrors).toEqual([RangeError]);
    expect(Object.isFrozen(policy)).toBe(true);
  });

  it('may stand in a config, unless it names errors', () => {
    const mine = new RetryPolicy({ maxAttempts: 9 });
    expect(resolveRuntimeConfig({ retry: { policies: { mine } } }).retry.policies.mine).toEqual({ ...mine });
    const picky = new RetryPolicy({ retryableErrors: [RangeError] });
    expect(() => resolveRuntimeConfig({ retry: { policies: { picky } } })).toThrow('unknown key "retryableErrors"');
  });

  it('is taken as it is where a policy or its fields will do', () => {
    const policy = new RetryPolicy({ maxAttempts: 9 });
    expect(asRetryPolicy(policy)).toBe(policy);
    expect(asRetryPolicy({ maxAttempts: 9 })).toEqual(policy);
  });
});
