import { NetworkError, RetryPolicy, shouldRetry } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CIRCUIT_BREAKER } from '../../../packages/core/src/config/defaults.ts';
import { exactBridge } from '../../support/bridges.ts';

/** What can be thrown, and throws itself at whoever looks at it. */
function untouchable(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** In an object: nothing can be awaited that throws when it is asked for `then`. */
function caughtBy(promise: Promise<unknown>): Promise<{ readonly error: unknown }> {
  return promise.then(
    () => expect.fail('The promise was fulfilled'),
    (error: unknown) => ({ error }),
  );
}

const circuitBreaker = { ...DEFAULT_CIRCUIT_BREAKER, consecutiveFailures: 1, openForMs: 100 };
const hedge = { delayMs: 10, quantile: null, maxHedges: 1, mode: 'enforce' } as const;

describe('an error that cannot be looked at', () => {
  it.each([
    ['alone', { circuitBreaker }],
    ['with hedges', { circuitBreaker, hedge }],
  ])('reaches the caller as it is, and counts for the breaker: %s', async (_, policies) => {
    const { bridge, clock, observer } = exactBridge(policies);
    const thrown = untouchable();
    const caught = await clock.run(caughtBy(bridge.run('op', () => Promise.reject(thrown))));
    expect(Object.is(caught.error, thrown)).toBe(true);
    expect(observer.story).toContain('attempt 1 error _OTHER');
    expect(observer.story).toContain('circuit closed > open');
    expect(observer.story.at(-1)).toBe('end error _OTHER');
    expect(clock.pending).toBe(0);
  });

  it('is retried by no policy that names classes', () => {
    expect(shouldRetry(untouchable(), new RetryPolicy({ retryableErrors: [NetworkError] }))).toBe(false);
  });
});
