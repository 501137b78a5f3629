import { describe, expect, it } from 'vitest';
import { type JudgedAttempt, loadOutcome } from '../../../packages/core/src/bulkhead/load-outcome.ts';

const error: JudgedAttempt = { outcome: 'error', result: 'failure', errorType: '500' };

describe('loadOutcome', () => {
  it('learns from the latency of successes', () => {
    expect(loadOutcome({ outcome: 'success', result: 'success', errorType: undefined })).toBe('success');
  });

  it.each(['429', '503', '504', '529', 'ETIMEDOUT', '53300', 'overloaded_error', 'bulkhead_full'])(
    'takes %s for overload',
    (errorType) => {
      expect(loadOutcome({ ...error, errorType })).toBe('overload');
    },
  );

  it('takes throttling for overload, however the callee words it', () => {
    expect(loadOutcome({ ...error, errorType: '_OTHER', errorClass: 'throttled' })).toBe('overload');
  });

  it('takes a timeout for overload, unless the caller had no more time to give', () => {
    expect(loadOutcome({ ...error, outcome: 'timeout', errorType: 'attempt_timeout' })).toBe('overload');
    expect(loadOutcome({ outcome: 'timeout', result: 'ignored', errorType: 'deadline_exceeded' })).toBe('ignored');
  });

  it.each(['500', '404', 'ECONNREFUSED', 'rate_limited', 'circuit_open', undefined])(
    'learns nothing from %s',
    (errorType) => {
      expect(loadOutcome({ ...error, errorType })).toBe('ignored');
    },
  );

  it('learns nothing from what somebody cancelled', () => {
    expect(loadOutcome({ outcome: 'cancelled', result: 'ignored', errorType: 'cancelled' })).toBe('ignored');
  });
});
