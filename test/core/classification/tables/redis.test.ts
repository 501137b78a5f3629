import { createClassifier } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';

const classify = createClassifier();

const N = { class: 'not_executed', retryable: true, notExecuted: true, breaker: 'failure' };
const U = { class: 'unknown_outcome', retryable: true, notExecuted: false, breaker: 'failure' };
const P = { class: 'permanent', retryable: false, breaker: 'success' };

/** The reply error of ioredis, by name; that of node-redis only by its class. */
function replyError(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}
class SimpleError extends Error {}

describe('Redis', () => {
  it.each(['LOADING', 'TRYAGAIN', 'CLUSTERDOWN', 'MASTERDOWN', 'READONLY', 'BUSY', 'NOREPLICAS'])('%s', (word) => {
    expect(classify(replyError(`${word} and so on`))).toMatchObject({ ...N, type: word });
    expect(classify(new SimpleError(`-${word} and so on`))).toMatchObject(N);
  });

  it.each([
    'OOM',
    'ERR',
    'WRONGTYPE',
    'NOAUTH',
    'WRONGPASS',
    'NOPERM',
    'NOSCRIPT',
    'EXECABORT',
    'CROSSSLOT',
    'MISCONF',
  ])('%s is permanent', (word) => {
    expect(classify(replyError(`${word} and so on`))).toMatchObject({ ...P, type: word });
  });

  it('takes a reply it does not know for the fault of the command, under no name of its own', () => {
    expect(classify(replyError('MYMODULE x'))).toMatchObject({ ...P, type: '_OTHER' });
  });

  it('reads the first word of replies alone, not of any message', () => {
    expect(classify(new Error('LOADING the page')).class).toBe('unclassified');
  });

  it.each([
    ['MaxRetriesPerRequestError', { ...U, retryable: false }],
    ['SocketClosedUnexpectedlyError', U],
    ['SocketTimeoutError', U],
    ['ConnectionTimeoutError', N],
    ['ClientOfflineError', N],
  ])('%s', (name, expected) => {
    expect(classify(Object.assign(new Error('text'), { name }))).toMatchObject(expected);
  });

  it.each(['Connection is closed.', 'Command timed out'])('knows what ioredis says without a code: %s', (message) => {
    expect(classify(new Error(message))).toMatchObject(U);
  });
});
