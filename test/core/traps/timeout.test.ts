import { createBridge, systemClock } from '@crossbridge/core';
import {
  CircuitState,
  ConsecutiveBreaker,
  ConstantBackoff,
  circuitBreaker,
  handleAll,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { describe, expect, it, vi } from 'vitest';
import { failing, httpError, never, plainRetry, rejection, testBridge } from '../../support/bridges.ts';
import { fakeTheTime, hasSettled, passing } from './fake-time.ts';

fakeTheTime();

const aggressive = TimeoutStrategy.Aggressive;

describe('trap 9: a retry that goes on when the whole has timed out', () => {
  it('cockatiel calls upstream again after the caller has been told, and the root cause is lost', async () => {
    const policy = wrap(
      timeout(150, aggressive),
      retry(handleAll, { maxAttempts: 5, backoff: new ConstantBackoff(100) }),
    );
    const fn = failing([httpError(503), httpError(503), httpError(503)], 1);
    const call = policy.execute(() => fn()).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(150);
    expect(await call).toMatchObject({ isTaskCancelledError: true });
    expect(await call).not.toHaveProperty('cause');
    expect(fn.calls).toBe(2);
    await vi.advanceTimersByTimeAsync(100);
    expect(fn.calls).toBe(3);
  });

  it('ours starts no wait that cannot fit and surfaces the failure', async () => {
    const retryOften = { ...plainRetry, maxAttempts: 5, exponentialBase: 1 };
    const { bridge, clock } = testBridge({ retry: retryOften, timeout: { totalMs: 150 } });
    const errors = [httpError(503), httpError(503), httpError(503)];
    const fn = failing(errors, 1);
    expect(await rejection(clock.run(bridge.run('op', fn)))).toBe(errors[1]);
    await clock.advance(1_000);
    expect(fn.calls).toBe(2);
  });

  it('ours keeps the last failure as the cause when time runs out within an attempt', async () => {
    const { bridge, clock } = testBridge({ retry: plainRetry, timeout: { totalMs: 150 } });
    const failure = httpError(503);
    const call = bridge.run('op', ({ attempt }) => (attempt === 1 ? Promise.reject(failure) : never()));
    expect(await rejection(clock.run(call))).toMatchObject({ code: 'deadline_exceeded', cause: failure });
  });
});

describe('trap 10: a caller that goes away and looks like a timeout', () => {
  it('cockatiel says that it timed out, and opens the circuit', async () => {
    const breaker = circuitBreaker(handleAll, { breaker: new ConsecutiveBreaker(3), halfOpenAfter: 10_000 });
    const inner = timeout(10_000, aggressive);
    let timeouts = 0;
    inner.onTimeout(() => {
      timeouts += 1;
    });
    for (let call = 0; call < 3; call += 1) {
      const controller = new AbortController();
      const result = wrap(breaker, inner).execute(() => never(), controller.signal);
      await vi.advanceTimersByTimeAsync(10);
      controller.abort(new Error('gone'));
      expect(await rejection(result)).toMatchObject({ message: 'Operation timed out after 10000ms' });
    }
    expect(timeouts).toBe(3);
    expect(breaker.state).toBe(CircuitState.Open);
  });

  it('ours gives the reason of the caller back, tells of no timeout and holds nothing against the callee', async () => {
    const { bridge, clock, observer } = testBridge({
      circuitBreaker: { consecutiveFailures: 3 },
      timeout: { attemptMs: 10_000 },
    });
    for (let call = 0; call < 3; call += 1) {
      const controller = new AbortController();
      const reason = new Error('gone');
      const result = rejection(bridge.run('op', never, { signal: controller.signal }));
      await clock.advance(10);
      controller.abort(reason);
      expect(await result).toBe(reason);
    }
    expect(observer.ofType('timeout.exceeded')).toEqual([]);
    expect(observer.ofType('circuit_breaker.changed')).toEqual([]);
    expect(observer.ofType('call.ended').map(({ outcome }) => outcome)).toEqual(Array(3).fill('cancelled'));
  });
});

describe('trap 11: a signal that aborts after the success', () => {
  it('cockatiel aborts it, so that the body of a response cannot be read', async () => {
    const signal = await timeout(1_000, aggressive).execute(async (context) => context.signal);
    expect(signal.aborted).toBe(true);
  });

  it('ours never does', async () => {
    const { bridge, clock } = testBridge({ timeout: { attemptMs: 1_000, totalMs: 2_000 } });
    const signal = await bridge.run('op', async (context) => context.signal);
    await clock.advance(10_000);
    expect(signal.aborted).toBe(false);
  });
});

describe('trap 20, of timers: a timeout longer than a timer can be', () => {
  const tooLong = 2 ** 31;

  it('cockatiel times out at once', async () => {
    // Faked timers take any delay. What real ones do is to fire after 1 ms.
    const real = setTimeout;
    vi.stubGlobal('setTimeout', (callback: () => void, ms: number) => real(callback, ms > 2 ** 31 - 1 ? 1 : ms));
    const call = passing(1_000, timeout(tooLong, aggressive).execute(never));
    expect(await call).toMatchObject({ isTaskCancelledError: true });
    vi.unstubAllGlobals();
  });

  it('ours waits for as long as a timer can', async () => {
    const real = setTimeout;
    vi.stubGlobal('setTimeout', (callback: () => void, ms: number) => real(callback, ms > 2 ** 31 - 1 ? 1 : ms));
    const bridge = createBridge({ operations: { op: {} } }, { clock: systemClock });
    const controller = new AbortController();
    const call = bridge.run('op', never, { deadlineMs: tooLong, signal: controller.signal });
    call.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(await hasSettled(call)).toBe(false);
    controller.abort();
    await rejection(call);
    vi.unstubAllGlobals();
  });
});

describe('trap 22: work that goes on after its timeout without knowing why', () => {
  // Nobody can stop a function. What can be asked is that it is told to stop and why, and that what it does later harms nobody.
  it('cockatiel gives a generic reason that is not the error of the caller', async () => {
    let signal: AbortSignal | undefined;
    const call = timeout(100, aggressive).execute((context) => {
      signal = context.signal;
      return never();
    });
    const error = await passing(100, call);
    expect(error).toMatchObject({ isTaskCancelledError: true });
    expect(signal?.reason).not.toBe(error);
    expect(signal?.reason).toMatchObject({ name: 'AbortError', message: 'This operation was aborted' });
  });

  it('ours gives the very error that the caller gets, and swallows what comes late', async () => {
    const { bridge, clock, observer } = testBridge({ timeout: { attemptMs: 100 } });
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    let signal: AbortSignal | undefined;
    const call = bridge.run('op', async (context) => {
      signal = context.signal;
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 500));
      throw new Error('too late');
    });
    const error = await rejection(clock.run(call));
    expect(error).toMatchObject({ code: 'attempt_timeout' });
    expect(signal?.reason).toBe(error);
    const told = observer.events.length;
    await clock.advance(1_000);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    expect(observer.events).toHaveLength(told);
  });
});
