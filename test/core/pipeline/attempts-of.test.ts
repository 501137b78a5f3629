import { describe, expect, it } from 'vitest';
import { attemptsOf } from '../../../packages/core/src/retry/attempts-of.ts';
import { failing, httpError, never, plainRetry, rejection, testBridge } from '../../support/bridges.ts';

describe('the attempts of a failed call', () => {
  it('are readable from its error', async () => {
    const { bridge, clock } = testBridge({ retry: plainRetry, timeout: { attemptMs: 50 } });
    const errors = [httpError(503), httpError(429, { 'retry-after': '2' })];
    const startedAtMs = clock.now();
    const fail = failing(errors, 1);
    const error = await rejection(clock.run(bridge.run('op', () => (fail.calls < 2 ? fail() : never()))));
    expect(attemptsOf(error)).toMatchObject([
      {
        attempt: 1,
        kind: 'initial',
        startedAtMs,
        durationMs: 0,
        outcome: 'error',
        errorType: '503',
        delayMs: 100,
        source: 'backoff',
      },
      {
        attempt: 2,
        kind: 'retry',
        startedAtMs: startedAtMs + 100,
        errorType: '429',
        error: errors[1],
        delayMs: 2_000,
        source: 'retry_after',
      },
      {
        attempt: 3,
        kind: 'retry',
        startedAtMs: startedAtMs + 2_100,
        durationMs: 50,
        outcome: 'timeout',
        error,
        delayMs: undefined,
      },
    ]);
  });
});
