import { createClassifier } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';

const classify = createClassifier();

type Row<T> = readonly [T, object];

function all<T>(values: readonly T[], expected: object): Row<T>[] {
  return values.map((value) => [value, expected]);
}

/** As mysql2 gives it. */
function mysqlError(errno: number, sqlState = 'HY000', code = 'ER_X'): Error {
  return Object.assign(new Error('text'), { errno, sqlState, code, sqlMessage: 'text' });
}

const N = { class: 'not_executed', retryable: true, notExecuted: true, breaker: 'failure' };
const R = { class: 'rolled_back', retryable: true, notExecuted: true, breaker: 'success' };
const U = { class: 'unknown_outcome', retryable: true, notExecuted: false, breaker: 'failure' };
const P = { class: 'permanent', retryable: false, breaker: 'success' };

describe('MySQL', () => {
  it.each<Row<number>>([
    ...all([1213, 1614, 3058, 1205], R),
    [3572, { ...R, retryable: false }],
    ...all([1040, 1203, 1226, 1290, 1792, 1836, 2002, 2003], N),
    ...all([1053, 1077, 1927, 1152, 1158, 1159, 1160, 1161, 4031, 2006, 2013], U),
    ...all([1317, 3024], { ...R, retryable: false, breaker: 'ignored' }),
  ])('%d', (errno, expected) => {
    expect(classify(mysqlError(errno))).toMatchObject({ ...expected, type: String(errno) });
  });

  it.each([
    ['a duplicate key', mysqlError(1062, '23000', 'ER_DUP_ENTRY')],
    ['a syntax error', mysqlError(1064, '42000', 'ER_PARSE_ERROR')],
    ['a general error', mysqlError(1366)],
  ])('takes %s, which no number names, for the fault of the statement', (_, error) => {
    expect(classify(error)).toMatchObject(P);
  });

  it('believes the number before the SQLSTATE: 1205 is HY000, and a deadlock is a deadlock', () => {
    expect(classify(mysqlError(1213, '40001')).rule).toBe('deadlock: 1213');
  });

  it('does not take the errno of the operating system for one of the server', () => {
    const refused = Object.assign(new Error('text'), { errno: -111, code: 'ECONNREFUSED', syscall: 'connect' });
    expect(classify(refused).rule).toBe('never connected: ECONNREFUSED');
    expect(classify(Object.assign(new Error('text'), { errno: 1213 })).class).toBe('unclassified');
  });

  it('is told by the code alone that it is a server error', () => {
    expect(classify(Object.assign(new Error('x'), { errno: 1213, code: 'ER_LOCK_DEADLOCK' }))).toMatchObject(R);
  });

  it.each([
    ['PROTOCOL_CONNECTION_LOST', U],
    ['PROTOCOL_SEQUENCE_TIMEOUT', { ...U, retryable: false, breaker: 'ignored' }],
  ])('knows the code %s of mysql2', (code, expected) => {
    expect(classify(Object.assign(new Error('text'), { code, fatal: true }))).toMatchObject(expected);
  });

  it.each([
    ['No connections available.', { ...N, breaker: 'ignored' }],
    ['Queue limit reached.', { ...N, breaker: 'ignored' }],
    ['Pool is closed.', { ...P, breaker: 'ignored' }],
  ])('knows what the pool says without a code: %s', (message, expected) => {
    expect(classify(new Error(message))).toMatchObject(expected);
  });
});
