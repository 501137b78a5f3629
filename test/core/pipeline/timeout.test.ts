import { AsyncLocalStorage } from 'node:async_hooks';
import { AttemptTimeoutError, createBridge, DeadlineExceededError } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { failing, httpError, never, plainRetry, rejection, testBridge } from '../../support/bridges.ts';
import { shareTimers } from './properties/share-timers.ts';

describe('timeouts in the pipeline', () => {
  it('ends an attempt that takes too long, tells the function, and retries', async () => {
    const { bridge, clock, observer } = testBridge({ retry: plainRetry, timeout: { attemptMs: 500 } });
    const reasons: unknown[] = [];
    const result = await clock.run(
      bridge.run('op', ({ attempt, signal }) => {
        if (attempt === 2) return 'second';
        signal.addEventListener('abort', () => reasons.push(signal.reason));
        return never();
      }),
    );
    expect(result).toBe('second');
    expect(reasons).toEqual([expect.any(AttemptTimeoutError)]);
    expect(observer.story).toContain('attempt 1 timeout attempt_timeout');
  });

  it('says which attempt timed out after how long', async () => {
    const { bridge, clock, observer } = testBridge({ timeout: { attemptMs: 500 } });
    const error = await rejection(clock.run(bridge.run('op', never)));
    expect(error).toMatchObject({ code: 'attempt_timeout', message: "Attempt 1 of 'op' timed out after 500 ms" });
    expect(observer.story.at(-1)).toBe('end timeout attempt_timeout');
  });

  it('bounds the whole call, with the last failure as the cause', async () => {
    const { bridge, clock } = testBridge({ retry: plainRetry, timeout: { totalMs: 1_000 } });
    const first = httpError(503);
    const error = await rejection(
      clock.run(
        bridge.run('op', ({ attempt }) => {
          if (attempt === 1) throw first;
          return never();
        }),
      ),
    );
    expect(error).toBeInstanceOf(DeadlineExceededError);
    expect(error).toMatchObject({ cause: first, message: "The call of 'op' exceeded its deadline of 1000 ms" });
  });

  it('takes the shorter of the configured total and the deadline of the caller', async () => {
    const { bridge, clock } = testBridge({ timeout: { totalMs: 1_000 } });
    const startedAtMs = clock.now();
    await rejection(clock.run(bridge.run('op', never, { deadlineMs: 50 })));
    expect(clock.now() - startedAtMs).toBe(50);
    await rejection(clock.run(bridge.run('op', never, { deadlineMs: 5_000 })));
    expect(clock.now() - startedAtMs).toBe(1_050);
  });

  it('runs nothing when the deadline has already passed', async () => {
    const { bridge } = testBridge({});
    const fn = failing([], 1);
    expect(await rejection(bridge.run('op', fn, { deadlineMs: 0 }))).toBeInstanceOf(DeadlineExceededError);
    expect(fn.calls).toBe(0);
  });

  it('never aborts the signal of an attempt that succeeded', async () => {
    const { bridge, clock } = testBridge({ timeout: { attemptMs: 500, totalMs: 800 } });
    const caller = new AbortController();
    const signal = await bridge.run('op', (context) => context.signal, { signal: caller.signal });
    await clock.advance(10_000);
    caller.abort();
    expect(signal.aborted).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('aborts the signal in the asynchronous context of the call, though calls share their timers', async () => {
    const bridge = createBridge({
      operations: { op: { timeout: { attemptMs: 20 } }, total: { timeout: { totalMs: 20 } } },
    });
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const calls = ['op', 'total', 'op', 'total'].map((operation, index) =>
      storage.run(`call ${index}`, () =>
        rejection(
          bridge.run(operation, ({ signal }) => {
            signal.addEventListener('abort', () => seen.push(storage.getStore()));
            return never();
          }),
        ),
      ),
    );
    await Promise.all(calls);
    expect(seen.sort()).toEqual(['call 0', 'call 1', 'call 2', 'call 3']);
  });

  it('goes on in the asynchronous context of the call, whoever has the clock', async () => {
    const { bridge, clock } = testBridge({ retry: plainRetry, timeout: { attemptMs: 500 } });
    const storage = new AsyncLocalStorage<string>();
    const seen: [string, string | undefined][] = [];
    const see = (what: string) => void seen.push([what, storage.getStore()]);
    const call = storage.run('call', () =>
      bridge.run(
        'op',
        ({ attempt }) => {
          see(`attempt ${attempt}`);
          return never();
        },
        { maxAttempts: 2, fallback: () => see('fallback') },
      ),
    );
    await storage.run('clock', () => clock.run(call));
    expect(seen).toEqual([
      ['attempt 1', 'call'],
      ['attempt 2', 'call'],
      ['fallback', 'call'],
    ]);
  });

  it('makes no attempt after a backoff that a sleeping machine has made longer than the deadline', async () => {
    const { bridge, clock } = testBridge({ retry: plainRetry, timeout: { totalMs: 1_000 } });
    const first = httpError(503);
    const fn = failing([first], 1);
    const call = rejection(bridge.run('op', fn));
    await clock.advance(50);
    clock.jump(2_000);
    expect(await clock.run(call)).toMatchObject({ code: 'deadline_exceeded', cause: first });
    expect(fn.calls).toBe(1);
  });

  it('shares timers of the lengths that the config names, and only of those', async () => {
    const { bridge, clock } = testBridge({ timeout: { totalMs: 400 } });
    const idleTimers = shareTimers(clock);
    for (let call = 0; call < 50; call += 1) {
      await clock.advance(1);
      await bridge.run('op', async () => 'quick', { deadlineMs: 300 + call });
    }
    expect(clock.pending).toBe(0);
    for (let call = 0; call < 50; call += 1) {
      await clock.advance(1);
      await bridge.run('op', async () => 'quick');
    }
    expect([clock.pending, idleTimers()]).toEqual([1, 1]);
  });

  it('runs nothing when an observer of the attempt has made the caller abort', async () => {
    const { bridge, observer } = testBridge({ timeout: { attemptMs: 500 } });
    const controller = new AbortController();
    const reason = new Error('gone');
    observer.on = ({ type }) => {
      if (type === 'attempt.started') controller.abort(reason);
    };
    const fn = failing([], 1);
    expect(await rejection(bridge.run('op', fn, { signal: controller.signal }))).toBe(reason);
    expect(fn.calls).toBe(0);
  });

  it('ignores what a function that was cut off does later', async () => {
    const { bridge, clock } = testBridge({ timeout: { attemptMs: 10 } });
    const late = bridge.run('op', async () => {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 1_000));
      throw new Error('too late to matter');
    });
    expect(await rejection(clock.run(late))).toBeInstanceOf(AttemptTimeoutError);
    await clock.advance(2_000);
  });

  it.each([-1, Number.NaN])('refuses a deadline of %s', async (deadlineMs) => {
    const { bridge } = testBridge({});
    expect(await rejection(bridge.run('op', never, { deadlineMs }))).toMatchObject({ code: 'invalid_argument' });
  });
});
