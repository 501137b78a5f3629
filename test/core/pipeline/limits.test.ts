import { AsyncLocalStorage } from 'node:async_hooks';
import { type Clock, createBridge } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { exactBridge, failing, httpError, plainRetry, rejection, testBridge } from '../../support/bridges.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

/** One a second. */
const general = {
  name: 'op',
  by: 'key',
  per: 'call',
  mode: 'enforce',
  maxWaitMs: 0,
  queue: 1_000,
  capacity: 1,
  windowSeconds: 1,
} as const;

describe('rate limit in the pipeline', () => {
  it('refuses a call above the limit without running it and says when to come back', async () => {
    const { bridge, observer } = testBridge({ rateLimit: { capacity: 2, windowSeconds: 60 } });
    for (let call = 0; call < 2; call += 1) await bridge.run('op', async () => 1, { key: 'user:1' });
    const fn = failing([], 1);
    expect(await rejection(bridge.run('op', fn, { key: 'user:1' }))).toMatchObject({
      name: 'RateLimitExceeded',
      code: 'rate_limited',
      operation: 'op',
      key: 'user:1',
      limit: 2,
      windowSeconds: 60,
      retryAfterMs: 30_000,
    });
    expect(fn.calls).toBe(0);
    expect(observer.story.slice(-2)).toEqual(['limit throttled', 'end throttled rate_limited']);
    expect(await bridge.run('op', async () => 'another key', { key: 'user:2' })).toBe('another key');
  });

  it('counts a call once, however many attempts it makes', async () => {
    const { bridge, clock } = testBridge({ rateLimit: { capacity: 1, windowSeconds: 60 }, retry: plainRetry });
    const fn = failing([httpError(503), httpError(503)], 'ok');
    expect(await clock.run(bridge.run('op', fn))).toBe('ok');
  });

  it('counts attempts where the limit is that of the provider, and ends with the failure of the callee', async () => {
    const { bridge, clock } = testBridge({
      rateLimit: { capacity: 2, windowSeconds: 60, per: 'attempt' },
      retry: { ...plainRetry, maxAttempts: 5 },
    });
    const errors = [httpError(503), httpError(503), httpError(503)];
    const fn = failing(errors, 1);
    expect(await rejection(clock.run(bridge.run('op', fn)))).toBe(errors[1]);
    expect(fn.calls).toBe(2);
  });

  it('uses the override of the key, or of its longest prefix', async () => {
    const bridge = createBridge(
      {
        operations: { op: { rateLimit: { capacity: 1, windowSeconds: 60 } } },
        rateLimiting: {
          overrides: {
            'org:premium': { op: { capacity: 3, windowSeconds: 60 } },
            'org:premium:alice': { op: { capacity: 2, windowSeconds: 60 } },
          },
        },
      },
      { clock: new VirtualClock() },
    );
    const admitted = async (key: string): Promise<number> => {
      const calls = Array.from({ length: 5 }, () => bridge.run('op', async () => 1, { key }).catch(() => 0));
      return (await Promise.all(calls)).reduce((sum, value) => sum + value, 0);
    };
    expect(await admitted('org:premium:alice')).toBe(2);
    expect(await admitted('org:premium:bob')).toBe(3);
    expect(await admitted('org:premiumish')).toBe(1);
  });

  it('only records what it would have done in shadow mode', async () => {
    const { bridge, observer } = testBridge({ rateLimit: { capacity: 1, windowSeconds: 60, mode: 'shadow' } });
    await bridge.run('op', async () => 1);
    expect(await bridge.run('op', async () => 'ran')).toBe('ran');
    expect(observer.ofType('rate_limit.decided').map(({ result, mode }) => `${result} ${mode}`)).toEqual([
      'admitted shadow',
      'throttled shadow',
    ]);
  });

  it('says of a cost above the capacity that it can never pass', async () => {
    const { bridge } = testBridge({ rateLimit: { capacity: 1, windowSeconds: 60 } });
    expect(await rejection(bridge.run('op', async () => 1, { cost: 2 }))).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('can never pass'),
    });
  });

  it('charges all limits of a call or none, and tells of those that refused it or gave it tokens', async () => {
    const { bridge, observer } = exactBridge({
      rateLimits: [
        { ...general, name: 'user', by: 'user', capacity: 1 },
        { ...general, name: 'org', by: 'org', capacity: 2 },
      ],
    });
    const run = (user: string) => bridge.run('op', async () => user, { key: { user, org: 'acme' } });
    await run('1');
    expect(await rejection(run('1'))).toMatchObject({ key: 'user:1', limit: 1 });
    expect(await run('2')).toBe('2');
    expect(await rejection(run('3'))).toMatchObject({ key: 'org:acme', limit: 2 });
    const told = observer.ofType('rate_limit.decided').map(({ rateLimit, result }) => `${rateLimit} ${result}`);
    expect(told).toEqual([
      'user admitted',
      'org admitted',
      'user throttled',
      'user admitted',
      'org admitted',
      'org throttled',
    ]);
    expect(observer.events[0]?.call?.key).toBe('org:acme/user:1');
    expect([...bridge.state.operations()][0]).toMatchObject({
      rateLimits: [
        { name: 'user', limit: 1 },
        { name: 'org', limit: 2 },
      ],
    });
  });

  it('tells of no tokens that a limit in shadow mode had for a call that another limit refused', async () => {
    const { bridge, observer } = exactBridge({
      rateLimits: [
        { ...general, name: 'strict', capacity: 1 },
        { ...general, name: 'roomy shadow', capacity: 2, mode: 'shadow' },
        { ...general, name: 'tight shadow', capacity: 1, mode: 'shadow' },
      ],
    });
    const told = (): string[] =>
      observer
        .ofType('rate_limit.decided')
        .map(({ rateLimit, result, remaining }) => `${rateLimit} ${result} ${remaining}`);
    await bridge.run('op', async () => 1);
    await rejection(bridge.run('op', async () => 2));
    expect(told()).toEqual([
      'strict admitted 0',
      'roomy shadow admitted 1',
      'tight shadow admitted 0',
      'strict throttled 0',
      'tight shadow throttled 0',
    ]);
  });

  it('tells of each limit that was waited for when it gives tokens, when they come too late, and when the caller goes', async () => {
    const { bridge, clock, observer } = exactBridge({
      rateLimits: [
        { ...general, name: 'slow', maxWaitMs: 1_500 },
        { ...general, name: 'roomy', capacity: 100 },
      ],
    });
    const controller = new AbortController();
    const run = (signal?: AbortSignal) => bridge.run('op', async () => clock.now(), { signal }).catch(() => 'refused');
    const calls = [run(), run(), run()];
    await clock.run(Promise.all(calls));
    const left = run(controller.signal);
    await clock.advance(10);
    controller.abort();
    await left;
    const told = observer.ofType('rate_limit.decided').map(({ rateLimit, result }) => `${rateLimit} ${result}`);
    expect(told).toEqual([
      'slow admitted',
      'roomy admitted',
      'slow throttled',
      'slow admitted',
      'roomy admitted',
      'slow cancelled',
      'roomy cancelled',
    ]);
  });

  it('lets calls wait for their tokens in order, within the time the limit gives them', async () => {
    const { bridge, clock, observer } = exactBridge({ rateLimit: { ...general, maxWaitMs: 2_000 } });
    const startedMs = clock.now();
    const run = (name: string) => bridge.run('op', async () => `${name} after ${clock.now() - startedMs}`);
    const calls = ['a', 'b', 'c'].map(run);
    const refused = rejection(run('d'));
    expect(await clock.run(Promise.all(calls))).toEqual(['a after 0', 'b after 1000', 'c after 2000']);
    expect(await refused).toMatchObject({ code: 'rate_limited', retryAfterMs: 3_000 });
    const decided = observer.ofType('rate_limit.decided');
    expect(decided.map(({ result, waitMs }) => `${result} ${waitMs}`)).toEqual([
      'admitted 0',
      'throttled 0',
      'admitted 1000',
      'admitted 2000',
    ]);
    expect(decided.map(({ call }) => call.limiterMs)).toEqual([0, 0, 1_000, 2_000]);
    expect(clock.pending).toBe(0);
  });

  it('ends a wait with the reason of the caller, and counts it as cancelled', async () => {
    const { bridge, clock, observer } = exactBridge({ rateLimit: { ...general, maxWaitMs: 2_000 } });
    await bridge.run('op', async () => 1);
    const controller = new AbortController();
    const waiting = rejection(bridge.run('op', async () => 2, { signal: controller.signal }));
    await clock.advance(400);
    const reason = new Error('gone');
    controller.abort(reason);
    expect(await waiting).toBe(reason);
    expect(observer.story.slice(-2)).toEqual(['limit cancelled', 'end cancelled cancelled']);
    expect(observer.ofType('rate_limit.decided').at(-1)).toMatchObject({ waitMs: 400 });
    expect(clock.pending).toBe(0);
  });

  it('does not start a wait that the deadline would not let end', async () => {
    const { bridge, clock } = exactBridge({ rateLimit: { ...general, maxWaitMs: 60_000 } });
    await bridge.run('op', async () => 1);
    const startedMs = clock.now();
    expect(await rejection(bridge.run('op', async () => 2, { deadlineMs: 999 }))).toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 1_000,
    });
    expect(clock.now()).toBe(startedMs);
    expect(await clock.run(bridge.run('op', async () => 3, { deadlineMs: 1_001 }))).toBe(3);
  });

  it('waits with an attempt too, where attempts are counted, and gives the breaker its probe back', async () => {
    const perAttempt = { ...general, per: 'attempt', maxWaitMs: 5_000 } as const;
    const { bridge, clock, observer } = exactBridge(
      { rateLimit: perAttempt },
      { retry: plainRetry, circuitBreaker: { consecutiveFailures: 10 } },
    );
    const fn = failing([httpError(503), httpError(503)], 'ok');
    expect(await clock.run(bridge.run('op', fn))).toBe('ok');
    expect(observer.ofType('rate_limit.decided').map(({ waitMs }) => waitMs)).toEqual([0, 900, 800]);
    const controller = new AbortController();
    const waiting = rejection(bridge.run('op', fn, { signal: controller.signal }));
    await clock.advance(10);
    controller.abort('stop');
    expect(await waiting).toBe('stop');
    expect(clock.pending).toBe(0);
  });

  it('ends with the failure of the callee when tokens for another attempt can no longer come in time', async () => {
    const perAttempt = { ...general, per: 'attempt', maxWaitMs: 5_000 } as const;
    const { bridge, clock } = exactBridge({ rateLimit: perAttempt }, { retry: plainRetry });
    const first = httpError(503);
    const call = rejection(bridge.run('op', failing([first], 1)));
    await clock.advance(200);
    const op = { ...bridge.config.operations.op, rateLimit: { ...perAttempt, windowSeconds: 3_600 } };
    bridge.apply({ ...bridge.config, operations: { ...bridge.config.operations, op } });
    expect(await clock.run(call)).toBe(first);
  });

  it('keeps a waiting call in its own asynchronous context', async () => {
    const { bridge, clock } = exactBridge({ rateLimit: { ...general, maxWaitMs: 60_000 } });
    const storage = new AsyncLocalStorage<string>();
    const calls = ['a', 'b', 'c'].map((name) =>
      storage.run(name, () => bridge.run('op', async () => storage.getStore())),
    );
    expect(await clock.run(Promise.all(calls))).toEqual(['a', 'b', 'c']);
  });
});

describe('bulkhead in the pipeline', () => {
  it('runs as many calls as there are slots, queues in order, and refuses what does not fit', async () => {
    const { bridge, observer } = testBridge({ bulkhead: { limit: 2, queue: 2 } });
    const order: number[] = [];
    const finish: (() => void)[] = [];
    const calls = [0, 1, 2, 3, 4].map((index) =>
      bridge.run('op', async () => {
        order.push(index);
        await new Promise<void>((resolve) => finish.push(resolve));
        return index;
      }),
    );
    expect(await rejection(calls[4] ?? expect.fail())).toMatchObject({ code: 'bulkhead_full' });
    await settle();
    expect(order).toEqual([0, 1]);
    for (let call = 0; call < 4; call += 1) {
      finish.shift()?.();
      await settle();
    }
    expect(await Promise.all(calls.slice(0, 4))).toEqual([0, 1, 2, 3]);
    expect(order).toEqual([0, 1, 2, 3]);
    expect(observer.story.filter((line) => line === 'no slot')).toHaveLength(1);
  });

  it('holds one slot across the attempts of a call and gives it back whatever happens', async () => {
    const { bridge, clock } = testBridge({ bulkhead: { limit: 1, queue: 0 }, retry: plainRetry });
    for (let call = 0; call < 3; call += 1) {
      await rejection(clock.run(bridge.run('op', failing([httpError(500), httpError(500), httpError(500)], 1))));
    }
    expect([...bridge.state.operations()][0]).toMatchObject({ bulkhead: { active: 0, queued: 0, limit: 1 } });
  });

  it('gives up the wait for a slot after the queue timeout', async () => {
    const { bridge, clock } = testBridge({ bulkhead: { limit: 1, queue: 5, queueTimeoutMs: 250 } });
    const hold = new AbortController();
    const running = bridge.run('op', () => new Promise(() => {}), { signal: hold.signal });
    const queued = bridge.run('op', async () => 1);
    expect(await rejection(clock.run(queued))).toMatchObject({
      code: 'bulkhead_full',
      message: expect.stringContaining('within 250 ms'),
    });
    hold.abort();
    await rejection(running);
    expect(await bridge.run('op', async () => 'free')).toBe('free');
  });

  it('ends a call whose deadline passes in the queue as late, even when the timer fires early', async () => {
    const clock = new VirtualClock();
    const early: Clock = {
      now: () => clock.now(),
      wallNow: () => clock.wallNow(),
      setTimeout: (callback, delayMs) => clock.setTimeout(callback, delayMs - 1),
      clearTimeout: (timer) => clock.clearTimeout(timer),
    };
    const bridge = createBridge({ operations: { op: { bulkhead: { limit: 1, queue: 5 } } } }, { clock: early });
    const hold = new AbortController();
    const running = bridge.run('op', () => new Promise(() => {}), { signal: hold.signal });
    const queued = bridge.run('op', async () => 1, { deadlineMs: 50 });
    expect(await rejection(clock.run(queued))).toMatchObject({ code: 'deadline_exceeded' });
    hold.abort();
    await rejection(running);
  });

  it('leaves a queued call in its own asynchronous context', async () => {
    const { bridge } = testBridge({ bulkhead: { limit: 1, queue: 10 } });
    const storage = new AsyncLocalStorage<string>();
    const seen = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        storage.run(name, () =>
          bridge.run('op', async () => {
            await settle();
            return storage.getStore();
          }),
        ),
      ),
    );
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('hands a freed slot to the first waiter, never to a late caller', async () => {
    const { bridge } = testBridge({ bulkhead: { limit: 1, queue: 1 } });
    let release = (): void => {};
    const first = bridge.run('op', () => new Promise<void>((resolve) => (release = resolve)));
    const waiting = bridge.run('op', async () => 'waiter');
    await settle();
    release();
    await first;
    const late = bridge.run('op', async () => 'late');
    expect(await Promise.all([waiting, late])).toEqual(['waiter', 'late']);
  });
});
