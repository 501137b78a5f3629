import { NetworkError } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { RetryStats } from '../../../packages/core/src/retry/stats.ts';

describe('RetryStats', () => {
  it('starts with nothing', () => {
    const { totalAttempts, successfulAttempt, totalDelayMs, exceptions } = new RetryStats();
    expect([totalAttempts, successfulAttempt, totalDelayMs, exceptions]).toEqual([0, null, 0, []]);
  });

  it('sums up what became of a call', () => {
    const stats = new RetryStats();
    stats.recordAttempt(1, { error: new NetworkError('x') });
    stats.recordDelay(100.4);
    stats.recordAttempt(2, { error: Object.assign(new RangeError('x'), { name: 'Error' }) });
    stats.recordDelay(200.2);
    stats.recordAttempt(3);
    expect(JSON.parse(JSON.stringify(stats))).toEqual({
      totalAttempts: 3,
      successfulAttempt: 3,
      totalDelaySeconds: 0.301,
      failedAttempts: 2,
      exceptionTypes: ['NetworkError', 'RangeError'],
    });
  });

  it('counts undefined as a failure too, and names whatever was thrown', () => {
    const stats = new RetryStats();
    for (const [index, error] of [undefined, null, 'text', 7, {}, Object.create(null), class {}].entries()) {
      stats.recordAttempt(index + 1, { error });
    }
    expect(stats.successfulAttempt).toBeNull();
    expect(stats.toJSON().exceptionTypes).toEqual([
      'undefined',
      'null',
      'string',
      'number',
      'Object',
      'Object',
      'function',
    ]);
  });
});
