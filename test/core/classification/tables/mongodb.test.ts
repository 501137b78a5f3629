import { createClassifier } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';

const classify = createClassifier();

function mongoError(errorLabels: readonly string[], rest: object = {}): Error {
  return Object.assign(new Error('text'), { name: 'MongoServerError', errorLabels, ...rest });
}

const N = { class: 'not_executed', retryable: true, notExecuted: true, breaker: 'failure' };
const R = { class: 'rolled_back', retryable: true, notExecuted: true, breaker: 'success' };
const U = { class: 'unknown_outcome', retryable: false, notExecuted: false, breaker: 'failure' };
const P = { class: 'permanent', retryable: false, breaker: 'success' };

describe('MongoDB', () => {
  it.each([
    [['SystemOverloadedError', 'RetryableError'], N],
    [['RetryableWriteError', 'NoWritesPerformed'], N],
    [['PoolRequestedRetry'], N],
    [['TransientTransactionError'], R],
    [['UnknownTransactionCommitResult'], U],
    [['UnknownTransactionCommitResult', 'RetryableWriteError'], U],
    [['RetryableWriteError'], U],
    [['SystemOverloadedError'], P],
    [['OtherLabel'], P],
  ])('labels %j', (labels, expected) => {
    expect(classify(mongoError(labels))).toMatchObject(expected);
  });

  it.each([6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436])(
    'leaves code %d to the driver, which has repeated it, but counts it against the server',
    (code) => {
      expect(classify(mongoError([], { code }))).toMatchObject(U);
    },
  );

  it('takes the same number for nothing when another library gives it', () => {
    expect(classify(Object.assign(new Error('text'), { code: 6 })).class).toBe('unclassified');
  });

  it('takes a duplicate key for the fault of the request', () => {
    expect(classify(mongoError([], { code: 11000 }))).toMatchObject(P);
  });

  it.each([
    ['MongoServerSelectionError', N],
    ['MongoPoolClearedError', N],
    ['MongoWaitQueueTimeoutError', { ...N, breaker: 'ignored' }],
    ['MongoNetworkError', U],
    ['MongoNetworkTimeoutError', U],
  ])('%s', (name, expected) => {
    expect(classify(Object.assign(new Error('text'), { name }))).toMatchObject(expected);
  });
});
