import { describe, expect, it } from 'vitest';
import { failing, httpError, never, plainRetry, rejection, testBridge } from '../../support/bridges.ts';
import { settle } from '../../support/virtual-clock.ts';

describe('abort in the pipeline', () => {
  it('runs nothing for a caller that has already aborted', async () => {
    const { bridge, observer } = testBridge({ retry: plainRetry, rateLimit: { capacity: 1, windowSeconds: 60 } });
    const fn = failing([], 1);
    const reason = new Error('gone');
    expect(await rejection(bridge.run('op', fn, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(fn.calls).toBe(0);
    // Nor does it take a token.
    expect(observer.story).toEqual(['call', 'end cancelled cancelled']);
  });

  it('ends a running attempt at once with the reason of the caller, makes no further attempt and leaves nothing behind', async () => {
    const { bridge, clock, observer } = testBridge({
      retry: plainRetry,
      timeout: { attemptMs: 5_000, totalMs: 60_000 },
    });
    const controller = new AbortController();
    let inner: AbortSignal | undefined;
    const call = bridge.run(
      'op',
      ({ signal }) => {
        inner = signal;
        return never();
      },
      { signal: controller.signal },
    );
    await settle();
    const startedAtMs = clock.now();
    const reason = new Error('gone');
    controller.abort(reason);
    expect(await rejection(call)).toBe(reason);
    expect(clock.now()).toBe(startedAtMs);
    expect(inner?.reason).toBe(reason);
    expect(clock.pending).toBe(0);
    expect(observer.story.slice(-3)).toEqual([
      'attempt 1 cancelled cancelled',
      'retry cancelled',
      'end cancelled cancelled',
    ]);
  });

  it('ends the wait between attempts at once', async () => {
    const { bridge, clock } = testBridge({ retry: plainRetry });
    const controller = new AbortController();
    const fn = failing([httpError(503)], 1);
    const call = bridge.run('op', fn, { signal: controller.signal });
    await clock.advance(50);
    controller.abort();
    expect(await rejection(call)).toMatchObject({ name: 'AbortError' });
    expect([fn.calls, clock.pending]).toEqual([1, 0]);
  });

  it('ends the wait for a slot at once and frees its place', async () => {
    const { bridge, clock } = testBridge({ bulkhead: { limit: 1, queue: 1 } });
    const first = new AbortController();
    const running = bridge.run('op', never, { signal: first.signal });
    const second = new AbortController();
    const queued = bridge.run('op', never, { signal: second.signal });
    await settle();
    second.abort();
    await rejection(queued);
    const third = bridge.run('op', async () => 'ran');
    await settle();
    first.abort();
    await rejection(running);
    expect(await third).toBe('ran');
    expect(clock.pending).toBe(0);
  });

  it('makes no attempt when it comes in the instant in which a slot is handed over', async () => {
    const { bridge, observer } = testBridge({ bulkhead: { limit: 1, queue: 1 }, circuitBreaker: {} });
    const first = new AbortController();
    const running = bridge.run('op', never, { signal: first.signal });
    const second = new AbortController();
    const reason = new Error('gone');
    observer.on = ({ type }) => {
      if (type === 'bulkhead.admitted') second.abort(reason);
    };
    const fn = failing([], 1);
    const queued = bridge.run('op', fn, { signal: second.signal });
    await settle();
    first.abort();
    await rejection(running);
    expect(await rejection(queued)).toBe(reason);
    expect(fn.calls).toBe(0);
    expect(bridge.state.operations()[0]).toMatchObject({ bulkhead: { active: 0, queued: 0 } });
    // Nor does the breaker know of an attempt.
    expect(observer.scopes.filter(({ kind }) => kind === 'attempt')).toHaveLength(1);
  });

  it('does not count against the breaker', async () => {
    const { bridge, observer } = testBridge({ circuitBreaker: { consecutiveFailures: 1 } });
    for (let call = 0; call < 5; call += 1) {
      const controller = new AbortController();
      const running = bridge.run('op', never, { signal: controller.signal });
      await settle();
      controller.abort();
      await rejection(running);
    }
    expect(observer.ofType('circuit_breaker.changed')).toEqual([]);
    expect(await bridge.run('op', async () => 'still closed')).toBe('still closed');
  });

  it('leaves no listener on a signal that lives on', async () => {
    const { bridge, clock } = testBridge({ retry: plainRetry, timeout: { attemptMs: 1_000 } });
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    await clock.run(bridge.run('op', failing([httpError(503), httpError(503)], 1), { signal }));
    await rejection(clock.run(bridge.run('op', never, { signal })));
    expect(listeners).toBe(0);
  });
});
