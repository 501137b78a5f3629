import {
  ConsecutiveBreaker,
  ConstantBackoff,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  IterableBackoff,
  noJitterGenerator,
  retry,
  wrap,
} from 'cockatiel';
import { describe, expect, it, vi } from 'vitest';
import { failing, httpError, plainRetry, rejection, testBridge } from '../../support/bridges.ts';
import { fakeTheTime, hasSettled, passing } from './fake-time.ts';

fakeTheTime();

const failures = (count: number): Error[] => Array.from({ length: count }, () => httpError(503));

describe('trap 8: a wait between attempts that cannot be aborted', () => {
  it('cockatiel waits it out and runs the function once more for nobody', async () => {
    const policy = retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(200) });
    const controller = new AbortController();
    const fn = failing(failures(9), 1);
    const call = policy.execute(fn, controller.signal).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(20);
    controller.abort();
    expect(await hasSettled(call)).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(await hasSettled(call)).toBe(true);
    expect(fn.calls).toBe(2);
  });

  it('cockatiel runs the function even if it is aborted before', async () => {
    const fn = failing([], 1);
    await retry(handleAll, { maxAttempts: 3 }).execute(fn, AbortSignal.abort());
    expect(fn.calls).toBe(1);
  });

  it('ours ends at once and runs nothing more', async () => {
    const { bridge, clock } = testBridge({ retry: { ...plainRetry, baseDelayMs: 200 } });
    const controller = new AbortController();
    const fn = failing(failures(9), 1);
    const call = rejection(bridge.run('op', fn, { signal: controller.signal }));
    await clock.advance(20);
    controller.abort();
    expect(await call).toBe(controller.signal.reason);
    expect(clock.pending).toBe(0);
    await clock.advance(10_000);
    expect(fn.calls).toBe(1);
  });

  it('ours runs nothing if it is aborted before', async () => {
    const { bridge } = testBridge({ retry: plainRetry });
    const fn = failing([], 1);
    await rejection(bridge.run('op', fn, { signal: AbortSignal.abort() }));
    expect(fn.calls).toBe(0);
  });
});

describe('trap 17: a retry that runs hot against an open circuit', () => {
  it('cockatiel retries the refusals too, fifty times within a tenth of a second', async () => {
    const outer = retry(handleAll, { maxAttempts: 50 });
    const breaker = circuitBreaker(handleAll, { breaker: new ConsecutiveBreaker(1), halfOpenAfter: 10_000 });
    let retries = 0;
    outer.onRetry(() => {
      retries += 1;
    });
    const fn = failing(failures(99), 1);
    expect(await passing(100, wrap(outer, breaker).execute(fn))).toMatchObject({ isBrokenCircuitError: true });
    expect([fn.calls, retries]).toEqual([1, 50]);
  });

  it('ours ends the call with the failure of the callee, and refuses the next one once', async () => {
    const { bridge, observer } = testBridge({
      retry: { ...plainRetry, maxAttempts: 50, baseDelayMs: 0 },
      circuitBreaker: { consecutiveFailures: 1, openForMs: 10_000 },
    });
    const errors = failures(99);
    const fn = failing(errors, 1);
    expect(await rejection(bridge.run('op', fn))).toBe(errors[0]);
    expect(await rejection(bridge.run('op', fn))).toMatchObject({ code: 'circuit_open' });
    expect(fn.calls).toBe(1);
    expect(observer.ofType('retry.decided').map(({ decision }) => decision)).toEqual(['circuit_open']);
    expect(observer.ofType('circuit_breaker.rejected')).toHaveLength(1);
  });
});

describe('trap 19: a backoff that pays no heed to its options', () => {
  it('cockatiel doubles whatever the exponent is, and goes on past the end of a list', async () => {
    const policy = retry(handleAll, {
      maxAttempts: 3,
      backoff: new ExponentialBackoff({ generator: noJitterGenerator, exponent: 3, initialDelay: 100 }),
    });
    const delays: number[] = [];
    policy.onRetry(({ delay }) => void delays.push(delay));
    await passing(10_000, policy.execute(failing(failures(9), 1)));
    expect(delays).toEqual([100, 200, 400]);

    const listed = retry(handleAll, { maxAttempts: 4, backoff: new IterableBackoff([10, 20]) });
    const fromList: number[] = [];
    listed.onRetry(({ delay }) => void fromList.push(delay));
    await passing(10_000, listed.execute(failing(failures(9), 1)));
    expect(fromList).toEqual([10, 20, 20, 20]);
  });

  it('ours multiplies by the base it is given, up to its maximum; there are no lists', async () => {
    const { bridge, clock, observer } = testBridge({
      retry: { ...plainRetry, maxAttempts: 5, exponentialBase: 3, maxDelayMs: 1_000 },
    });
    await rejection(clock.run(bridge.run('op', failing(failures(9), 1))));
    const delays = observer.ofType('retry.decided').map(({ delayMs }) => delayMs);
    expect(delays).toEqual([100, 300, 900, 1_000, 0]);
  });
});
