import { createClassifier } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';

const classify = createClassifier();

const N = { class: 'not_executed', retryable: true, notExecuted: true, breaker: 'failure' };
const R = { class: 'rolled_back', retryable: true, notExecuted: true, breaker: 'success' };
const U = { class: 'unknown_outcome', retryable: true, notExecuted: false, breaker: 'failure' };
const P = { class: 'permanent', retryable: false, breaker: 'success' };

describe('Prisma', () => {
  it.each([
    ['P1000', P],
    ['P1001', N],
    ['P1002', N],
    ['P1003', P],
    ['P1008', U],
    ['P1010', P],
    ['P1017', U],
    ['P2000', P],
    ['P2002', P],
    ['P2023', P],
    ['P2024', { ...N, breaker: 'ignored' }],
    ['P2025', P],
    ['P2028', R],
    ['P2033', P],
    ['P2034', R],
    ['P2037', N],
    ['P2999', { class: 'unclassified' }],
  ])('%s', (code, expected) => {
    const error = Object.assign(new Error('text'), { name: 'PrismaClientKnownRequestError', code, clientVersion: '7' });
    expect(classify(error)).toMatchObject(expected);
  });

  it('reads the code of an error at start, which has another field', () => {
    const error = Object.assign(new Error('x'), { name: 'PrismaClientInitializationError', errorCode: 'P1001' });
    expect(classify(error)).toMatchObject(N);
  });
});
