import { createClassifier } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';

const classify = createClassifier();

type Row<T> = readonly [T, object];

function all<T>(values: readonly T[], expected: object): Row<T>[] {
  return values.map((value) => [value, expected]);
}

/** As pg gives it: name "error", and what the server sent. */
function pgError(code: string): Error {
  return Object.assign(new Error('text'), { name: 'error', severity: 'ERROR', routine: 'exec', code });
}

const N = { class: 'not_executed', retryable: true, notExecuted: true, breaker: 'failure' };
const R = { class: 'rolled_back', retryable: true, notExecuted: true, breaker: 'success' };
const U = { class: 'unknown_outcome', retryable: true, notExecuted: false, breaker: 'failure' };
const P = { class: 'permanent', retryable: false, breaker: 'success' };
const FAULT = { class: 'permanent', retryable: false, breaker: 'failure' };

describe('SQLSTATE', () => {
  it.each<Row<string>>([
    ...all(['40001', '40P01', '40000', '25P03', '25006'], R),
    ...all(['40003', '08007', '57P01', '57P02', '08000', '08003', '08006'], U),
    ...all(['57P03', '53300', '08001', '08004'], N),
    ...all(['23505', '23P01', '23503', '23502', '23514', '25P02'], P),
    ...all(['28P01', '3D000', '42601', '42P01', '22012', '23001', '0A000', 'P0001', '25001'], P),
    ...all(['53100', '53200', '53400', '53000', '58030', 'XX000', 'F0000', '08P01'], FAULT),
    ['55P03', { ...R, retryable: false }],
    ['57014', { ...R, retryable: false, breaker: 'ignored' }],
    ['57P05', { ...N, breaker: 'ignored' }],
    ['99ABC', { ...P, type: '_OTHER' }],
  ])('%s', (code, expected) => {
    expect(classify(pgError(code))).toMatchObject(expected);
  });

  it('names the code in telemetry where it is of the table, else its class, so that names stay few', () => {
    expect(['40001', '42P01', '99ABC'].map((code) => classify(pgError(code)).type)).toEqual([
      '40001',
      '42xxx',
      '_OTHER',
    ]);
  });

  it('is read from what postgres.js, PGlite and Prisma adapters give too', () => {
    const postgresJs = Object.assign(new Error('text'), { name: 'PostgresError', code: '40P01' });
    const adapter = new Error('text', { cause: { kind: 'postgres', code: '40001', severity: 'ERROR' } });
    expect([classify(postgresJs).class, classify(adapter).class]).toEqual(['rolled_back', 'rolled_back']);
  });

  it('is read through the wrappers of ORMs', () => {
    const cause = pgError('40001');
    const drizzle = new Error('Failed query', { cause });
    const typeOrm = Object.assign(new Error('x'), { driverError: cause });
    const sequelize = Object.assign(new Error('x'), { original: cause, parent: cause });
    for (const wrapped of [drizzle, typeOrm, sequelize]) expect(classify(wrapped)).toMatchObject(R);
  });

  it.each([
    ['a code of five letters from the operating system', { code: 'EPIPE' }, 'connection broke: EPIPE'],
    ['that, even beside a severity', { code: 'EPIPE', severity: 'ERROR' }, 'connection broke: EPIPE'],
    ['five characters that no server vouches for', { code: '40001' }, 'nothing known of it'],
    ['a Prisma code', { code: 'P2034', clientVersion: '7.10.0' }, 'conflict or deadlock: P2034'],
  ])('is not seen in %s', (_, properties, rule) => {
    expect(classify(Object.assign(new Error('text'), properties)).rule).toBe(rule);
  });
});

describe('PostgreSQL drivers', () => {
  it.each([
    ['Connection terminated unexpectedly', U],
    ['Connection terminated', U],
    ['Client has encountered a connection error and is not queryable', N],
    ['Connection terminated due to connection timeout', N],
    ['timeout exceeded when trying to connect', { ...N, breaker: 'ignored' }],
    ['Cannot use a pool after calling end on the pool', { ...P, breaker: 'ignored' }],
    ['Query read timeout', { ...U, retryable: false, breaker: 'ignored' }],
  ])('say it by the whole message alone: %s', (message, expected) => {
    expect(classify(new Error(message))).toMatchObject({ ...expected, type: '_OTHER' });
    expect(classify(new Error(`${message}!`)).class).toBe('unclassified');
    expect(classify(Object.assign(new Error(message), { code: 'OTHER' })).class).toBe('unclassified');
  });

  it.each([
    ['CONNECTION_CLOSED', U],
    ['CONNECT_TIMEOUT', N],
    ['CONNECTION_DESTROYED', { ...U, retryable: false, breaker: 'ignored' }],
    ['CONNECTION_ENDED', { ...P, breaker: 'ignored' }],
    ['UNSAFE_TRANSACTION', { ...P, breaker: 'ignored' }],
  ])('say it by a code: %s', (code, expected) => {
    expect(classify(Object.assign(new Error('text'), { code }))).toMatchObject({ ...expected, type: code });
  });

  it('takes a pool timeout of knex for overload of our own', () => {
    const error = Object.assign(new Error('text'), { name: 'KnexTimeoutError' });
    expect(classify(error)).toMatchObject({ ...N, breaker: 'ignored' });
  });
});
