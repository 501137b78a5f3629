import { NetworkError, NonRetryableError } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { failing, httpError, never, plainRetry, rejection, testBridge } from '../../support/bridges.ts';

describe('retry in the pipeline', () => {
  it('tries again after growing waits until an attempt succeeds', async () => {
    const { bridge, clock, observer } = testBridge({ retry: plainRetry });
    const fn = failing([httpError(503), httpError(500)], 'answer');
    expect(await clock.run(bridge.run('op', fn))).toBe('answer');
    expect(observer.story).toEqual([
      'call',
      'attempt 1',
      'attempt 1 error 503',
      'retry retried in 100 (backoff)',
      'attempt 2',
      'attempt 2 error 500',
      'retry retried in 200 (backoff)',
      'attempt 3',
      'attempt 3 success',
      'end success',
    ]);
  });

  it('makes at most maxAttempts tries and rethrows the last error as the same object', async () => {
    const { bridge, clock, observer } = testBridge({ retry: plainRetry });
    const errors = [httpError(503), httpError(503), httpError(503), httpError(503)];
    const fn = failing(errors, 'never');
    expect(await rejection(clock.run(bridge.run('op', fn)))).toBe(errors[2]);
    expect(fn.calls).toBe(3);
    expect(observer.story.slice(-2)).toEqual(['retry exhausted', 'end error 503']);
  });

  it('does not try again when trying again cannot help', async () => {
    const { bridge, clock, observer } = testBridge({ retry: plainRetry });
    const error = new NonRetryableError('no');
    expect(await rejection(clock.run(bridge.run('op', failing([error], 1))))).toBe(error);
    expect(observer.story).toContain('retry not_retryable');
  });

  it('waits as long as the server asks, however long the policy would', async () => {
    const { bridge, clock, observer } = testBridge({ retry: plainRetry });
    await clock.run(bridge.run('op', failing([httpError(429, { 'retry-after': '42' })], 1)));
    expect(observer.story).toContain('retry retried in 42000 (retry_after)');
  });

  it('surfaces a wait that does not fit the deadline at once', async () => {
    const { bridge, clock, observer } = testBridge({ retry: plainRetry, timeout: { totalMs: 30_000 } });
    const error = httpError(429, { 'retry-after': '31' });
    const startedAtMs = clock.now();
    expect(await rejection(bridge.run('op', failing([error], 1)))).toBe(error);
    expect(clock.now()).toBe(startedAtMs);
    expect(observer.story.slice(-2)).toEqual(['retry deadline', 'end error 429']);
  });

  it('does not sleep for days because a server says so, even without a deadline', async () => {
    const { bridge, observer } = testBridge({ retry: plainRetry });
    await rejection(bridge.run('op', failing([httpError(429, { 'retry-after': '277403' })], 1)));
    expect(observer.story).toContain('retry deadline');
  });

  it('never retries what is about money', async () => {
    const { bridge, observer } = testBridge({ retry: plainRetry });
    const error = Object.assign(httpError(429, { 'x-should-retry': 'true' }), { code: 'insufficient_quota' });
    await rejection(bridge.run('op', failing([error], 1)));
    expect(observer.story).toContain('retry not_retryable');
  });

  it('repeats a call that must not run twice only when it certainly did not run', async () => {
    const { bridge, clock } = testBridge({ retry: plainRetry });
    const reset = failing([Object.assign(new Error('reset'), { code: 'ECONNRESET' })], 1);
    await rejection(clock.run(bridge.run('op', reset, { idempotent: false })));
    expect(reset.calls).toBe(1);
    const refused = failing([Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })], 1);
    await clock.run(bridge.run('op', refused, { idempotent: false }));
    expect(refused.calls).toBe(2);
  });

  it('obeys a caller that wants fewer attempts', async () => {
    const { bridge, clock } = testBridge({ retry: plainRetry });
    const fn = failing([httpError(503), httpError(503)], 1);
    await rejection(clock.run(bridge.run('op', fn, { maxAttempts: 1 })));
    expect(fn.calls).toBe(1);
  });

  it('stops retrying when the budget is empty', async () => {
    const { bridge, clock, observer } = testBridge({
      retry: { ...plainRetry, baseDelayMs: 0, maxAttempts: 2 },
      retryBudget: { ratio: 0.5, minRetriesPerSecond: 0 },
    });
    for (let call = 0; call < 4; call += 1) {
      await rejection(clock.run(bridge.run('op', failing([httpError(500), httpError(500)], 1))));
    }
    const decisions = observer.ofType('retry.decided').map(({ decision }) => decision);
    expect(decisions.filter((decision) => decision === 'retried')).toHaveLength(2);
    expect(decisions).toContain('budget_empty');
  });

  it('gives every attempt its number and the time that is left', async () => {
    const { bridge, clock } = testBridge({ retry: plainRetry, timeout: { totalMs: 1_000 } });
    const seen: [number, number][] = [];
    await clock.run(
      bridge.run('op', ({ attempt, remainingMs }) => {
        seen.push([attempt, remainingMs]);
        if (attempt < 3) throw new NetworkError('down');
      }),
    );
    expect(seen).toEqual([
      [1, 1_000],
      [2, 900],
      [3, 700],
    ]);
  });

  it('splits the time of a call into attempts and waits', async () => {
    const { bridge, clock, observer } = testBridge({ retry: plainRetry, timeout: { attemptMs: 50 } });
    await rejection(clock.run(bridge.run('op', never)));
    const { call, durationMs } = observer.ofType('call.ended')[0] ?? expect.fail();
    expect([call.attempts, call.attemptMs, call.backoffMs, durationMs]).toEqual([3, 150, 300, 450]);
  });
});
