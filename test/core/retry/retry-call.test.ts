import {
  BridgeClosedError,
  createBridge,
  DeadlineExceededError,
  InvalidArgumentError,
  NetworkError,
  NonRetryableError,
} from '@crossbridge/core';
import type { RuntimeConfigInput } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { RetryPolicy } from '../../../packages/core/src/retry/policy.ts';
import { RetryStats } from '../../../packages/core/src/retry/stats.ts';
import { failing, httpError, never, plainRetry, rejection } from '../../support/bridges.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function setUp(config: RuntimeConfigInput = {}) {
  const clock = new VirtualClock();
  const observer = new RecordingObserver();
  const bridge = createBridge(config, { clock, random: () => 0.5, observers: [observer] });
  return { bridge, clock, observer };
}

const plain = new RetryPolicy(plainRetry);

describe('a retry policy alone', () => {
  it('counts tries, not repeats: the value of the last one is the value', async () => {
    const { bridge, clock } = setUp();
    const fn = failing([httpError(503), httpError(503)], 'answer');
    const startedAtMs = clock.now();
    expect(await clock.run(bridge.retry(fn, plain))).toBe('answer');
    expect(fn.calls).toBe(3);
    expect(clock.now() - startedAtMs).toBe(300);
  });

  it.each([
    ['default', 3, 1_500],
    ['expensive', 5, 15_000],
    ['quick', 2, 100],
    ['conservative', 3, 8_000],
  ])('%s makes %d tries with waits of %d ms together', async (name, tries, waits) => {
    const { bridge, clock } = setUp();
    const errors = Array.from({ length: 6 }, () => httpError(503));
    const fn = failing(errors, 'never');
    const startedAtMs = clock.now();
    expect(await rejection(clock.run(bridge.retry(fn, name)))).toBe(errors[tries - 1]);
    expect([fn.calls, clock.now() - startedAtMs]).toEqual([tries, waits]);
  });

  it('takes the default policy when none is named, and the figures of the config', async () => {
    const { bridge, clock } = setUp({ retry: { policies: { default: { maxAttempts: 2 }, mine: { maxAttempts: 4 } } } });
    const errors = [1, 2, 3, 4, 5].map(() => httpError(503));
    const byDefault = failing(errors, 1);
    await rejection(clock.run(bridge.retry(byDefault)));
    const mine = failing(errors, 1);
    await rejection(clock.run(bridge.retry(mine, 'mine')));
    expect([byDefault.calls, mine.calls]).toEqual([2, 4]);
  });

  it('suggests a name when there is none like it', async () => {
    const { bridge } = setUp();
    const fn = failing([], 1);
    const error = await rejection(bridge.retry(fn, 'quik'));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect((error as Error).message).toBe('No retry policy is called "quik"; did you mean "quick"?');
    expect(((await rejection(bridge.retry(fn, 'constructor'))) as Error).message).toContain('known here: default');
    expect(fn.calls).toBe(0);
  });

  it('rethrows at once what trying again cannot help, as the same object', async () => {
    const { bridge } = setUp();
    const error = new NonRetryableError('no');
    const fn = failing([error], 1);
    expect(await rejection(bridge.retry(fn, plain))).toBe(error);
    expect(fn.calls).toBe(1);
  });

  it.each(['text', undefined, null, 0])('rethrows %s as it was thrown', async (thrown) => {
    const { bridge } = setUp();
    expect(await rejection(bridge.retry(failing([thrown], 1), plain))).toBe(thrown);
  });

  it('goes by the errors that the policy names', async () => {
    const { bridge, clock } = setUp();
    const policy = new RetryPolicy({ ...plainRetry, retryableErrors: [RangeError] });
    const ranges = failing([new RangeError('x')], 'answer');
    expect(await clock.run(bridge.retry(ranges, policy))).toBe('answer');
    const other = failing([httpError(503)], 'answer');
    await rejection(bridge.retry(other, policy));
    expect(other.calls).toBe(1);
  });

  it('tells onRetry before each wait which attempt failed, with what, and how long it waits', async () => {
    const { bridge, clock } = setUp();
    const errors = [httpError(503), httpError(503), httpError(503)];
    const told: unknown[] = [];
    const startedAtMs = clock.now();
    const onRetry = (attempt: number, error: unknown, delayMs: number) =>
      told.push([attempt, errors.indexOf(error as Error), delayMs, clock.now() - startedAtMs]);
    await rejection(clock.run(bridge.retry(failing(errors, 1), plain, { onRetry })));
    expect(told).toEqual([
      [1, 0, 100, 0],
      [2, 1, 200, 100],
    ]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('observer');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('observer');
      },
    ],
  ])('goes on when onRetry %s', async (_, onRetry) => {
    const { bridge, clock } = setUp();
    expect(await clock.run(bridge.retry(failing([httpError(503)], 'answer'), plain, { onRetry }))).toBe('answer');
  });

  it('fills the statistics of a call that succeeds in the end', async () => {
    const { bridge, clock } = setUp();
    const stats = new RetryStats();
    await clock.run(bridge.retry(failing([new NetworkError('x'), httpError(503)], 1), plain, { stats }));
    expect(stats.toJSON()).toEqual({
      totalAttempts: 3,
      successfulAttempt: 3,
      totalDelaySeconds: 0.3,
      failedAttempts: 2,
      exceptionTypes: ['NetworkError', 'Error'],
    });
  });

  it('fills the statistics of a call that fails, the last attempt included', async () => {
    const { bridge, clock } = setUp();
    const stats = new RetryStats();
    const errors = [httpError(503), httpError(404)];
    await rejection(clock.run(bridge.retry(failing(errors, 1), plain, { stats })));
    expect([stats.totalAttempts, stats.successfulAttempt, stats.totalDelayMs]).toEqual([2, null, 100]);
    expect(stats.exceptions).toEqual(errors);
  });

  it('has the statistics ready when onRetry is told', async () => {
    const { bridge, clock } = setUp();
    const stats = new RetryStats();
    const seen: number[] = [];
    const onRetry = () => seen.push(stats.exceptions.length, stats.totalDelayMs);
    await clock.run(bridge.retry(failing([httpError(503)], 1), plain, { stats, onRetry }));
    expect(seen).toEqual([1, 100]);
  });

  it('waits as long as the server asks', async () => {
    const { bridge, clock } = setUp();
    const startedAtMs = clock.now();
    await clock.run(bridge.retry(failing([httpError(429, { 'retry-after': '7' })], 1), plain));
    expect(clock.now() - startedAtMs).toBe(7_000);
  });

  it('surfaces a wait that does not fit the deadline at once', async () => {
    const { bridge, clock } = setUp();
    const error = httpError(429, { 'retry-after': '7' });
    const fn = failing([error], 1);
    expect(await rejection(bridge.retry(fn, plain, { deadlineMs: 6_999 }))).toBe(error);
    expect([fn.calls, clock.pending]).toEqual([1, 0]);
  });

  it('ends an attempt that outlasts the deadline', async () => {
    const { bridge, clock } = setUp();
    const error = await rejection(clock.run(bridge.retry(never, plain, { deadlineMs: 50 })));
    expect(error).toBeInstanceOf(DeadlineExceededError);
    expect(clock.pending).toBe(0);
  });

  it('ends the wait at once when the caller aborts, with the reason, and makes no further attempt', async () => {
    const { bridge, clock } = setUp();
    const controller = new AbortController();
    const reason = new Error('gone');
    const fn = failing([httpError(503), httpError(503)], 1);
    const call = rejection(bridge.retry(fn, plain, { signal: controller.signal }));
    await clock.advance(50);
    controller.abort(reason);
    expect(await call).toBe(reason);
    expect([fn.calls, clock.pending]).toEqual([1, 0]);
  });

  it('does not begin when the caller has aborted before', async () => {
    const { bridge } = setUp();
    const fn = failing([], 1);
    const reason = new Error('gone');
    expect(await rejection(bridge.retry(fn, plain, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(fn.calls).toBe(0);
  });

  it('gives the function its attempt, a signal and the time that is left', async () => {
    const { bridge, clock } = setUp();
    const controller = new AbortController();
    const seen: unknown[] = [];
    const call = rejection(
      clock.run(
        bridge.retry(
          ({ attempt, signal, remainingMs }) => {
            seen.push([attempt, signal.aborted, remainingMs]);
            if (attempt === 2) controller.abort(new Error('gone'));
            seen.push(signal.aborted);
            throw httpError(503);
          },
          plain,
          { deadlineMs: 1_000, signal: controller.signal },
        ),
      ),
    );
    await call;
    expect(seen).toEqual([[1, false, 1_000], false, [2, false, 900], true]);
  });

  it('is one attempt where the config switches retries off', async () => {
    const { bridge } = setUp({ retry: { enabled: false } });
    const [named, made] = [failing([httpError(503)], 1), failing([httpError(503)], 1)];
    const stats = new RetryStats();
    await rejection(bridge.retry(named, 'expensive', { stats }));
    await rejection(bridge.retry(made, plain));
    expect([named.calls, made.calls, stats.totalAttempts, stats.exceptions.length]).toEqual([1, 1, 1, 1]);
  });

  it('tells the observers of the bridge, under the name of the policy', async () => {
    const { bridge, clock, observer } = setUp();
    await clock.run(bridge.retry(failing([httpError(503)], 1), 'quick', { onRetry: () => {} }));
    await clock.run(bridge.retry(failing([], 1), plain));
    expect(observer.story).toEqual([
      'call',
      'attempt 1',
      'attempt 1 error 503',
      'retry retried in 100 (backoff)',
      'attempt 2',
      'attempt 2 success',
      'end success',
      'call',
      'attempt 1',
      'attempt 1 success',
      'end success',
    ]);
    const names = observer.ofType('call.started').map(({ call }) => call.operation);
    expect(names).toEqual(['retry.quick', 'retry.custom']);
    expect(observer.scopes.map(({ kind }) => kind)).toEqual(['call', 'attempt', 'attempt', 'call', 'attempt']);
  });

  it('is hooked without any observer too', async () => {
    const clock = new VirtualClock();
    const bridge = createBridge({}, { clock });
    const stats = new RetryStats();
    await clock.run(bridge.retry(failing([httpError(503)], 1), plain, { stats }));
    expect(stats.totalAttempts).toBe(2);
  });

  it('never runs out of a budget', async () => {
    const { bridge, clock } = setUp({ retry: { budget: { ratio: 0, minRetriesPerSecond: 0 } } });
    const fn = failing([httpError(503), httpError(503)], 1);
    await clock.run(bridge.retry(fn, plain));
    expect(fn.calls).toBe(3);
  });

  it('refuses arguments that cannot work, and runs nothing', async () => {
    const { bridge } = setUp();
    const fn = failing([], 1);
    const calls = [
      bridge.retry('fn' as never, plain),
      bridge.retry(fn, { maxAttempts: 0 }),
      bridge.retry(fn, plain, { deadlineMs: -1 }),
      bridge.retry(fn, plain, { onRetry: 'log' as never }),
    ];
    for (const call of calls) expect(await rejection(call)).toBeInstanceOf(InvalidArgumentError);
    expect(fn.calls).toBe(0);
  });

  it('is refused by a bridge that was closed', async () => {
    const { bridge } = setUp();
    bridge.close();
    expect(await rejection(bridge.retry(failing([], 1)))).toBeInstanceOf(BridgeClosedError);
  });
});
