import {
  AttemptTimeoutError,
  BulkheadFullError,
  CircuitOpenError,
  CrossbridgeError,
  captureRefusalStacks,
  DeadlineExceededError,
  isCrossbridgeError,
  RateLimitExceeded,
  RefusalError,
} from '@crossbridge/core';
import { afterEach, describe, expect, it } from 'vitest';

afterEach(() => captureRefusalStacks(false));

const refusals = [
  () => new RateLimitExceeded({ key: 'user:1', operation: 'op', limit: 5, windowSeconds: 60, retryAfterMs: 12.3 }),
  () => new BulkheadFullError('op', 'why'),
  () => new CircuitOpenError('op', 'open', 100),
];

describe('errors', () => {
  it('have the name of their class, a stable code, and are known by their brand', () => {
    for (const error of [...refusals.map((make) => make()), new AttemptTimeoutError('op', 1, 5)]) {
      expect(error.name).toBe(error.constructor.name);
      expect(error).toBeInstanceOf(CrossbridgeError);
      expect(isCrossbridgeError(error)).toBe(true);
      expect(error.operation).toBe('op');
    }
    for (const other of [new Error('x'), null, 'x', { code: 'rate_limited' }])
      expect(isCrossbridgeError(other)).toBe(false);
  });

  it('keep the failure before as their cause', () => {
    const cause = new Error('first');
    expect(new DeadlineExceededError('op', 100, cause).cause).toBe(cause);
    expect('cause' in new DeadlineExceededError('op', 100)).toBe(false);
  });

  it('say which limit refused whom and when to come back', () => {
    expect(refusals[0]?.().message).toBe(
      "Rate limit exceeded for 'user:1' on 'op': 5 requests per 60s; retry in 13 ms",
    );
  });

  it('that refuse carry no stack unless asked, and leave those of other errors alone', () => {
    for (const make of refusals) {
      const refused = make();
      expect(refused).toBeInstanceOf(RefusalError);
      expect(refused.stack).not.toContain('\n    at ');
      expect(new Error('another').stack).toContain('\n    at ');
      captureRefusalStacks(true);
      expect(make().stack).toContain('errors.test');
      captureRefusalStacks(false);
    }
    expect(new AttemptTimeoutError('op', 1, 5).stack).toContain('errors.test');
  });
});
