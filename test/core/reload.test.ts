import { attemptsOf } from '@crossbridge/core';
import { ConfigError, type RuntimeConfigInput } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { failing, httpError, never, plainRetry, rejection, testBridge } from '../support/bridges.ts';
import { settle } from '../support/virtual-clock.ts';

/** A config for the one operation of a test bridge. */
function operation(op: NonNullable<RuntimeConfigInput['operations']>[string]): RuntimeConfigInput {
  return { operations: { op } };
}

describe('bridge.apply', () => {
  it('changes a rate limit in place and keeps the level of its buckets', async () => {
    const { bridge } = testBridge({ rateLimit: { capacity: 5, windowSeconds: 60 } });
    for (let call = 0; call < 4; call += 1) await bridge.run('op', () => call);
    bridge.apply(operation({ rateLimit: { capacity: 3, windowSeconds: 60 } }));
    await bridge.run('op', () => 1);
    expect(await rejection(bridge.run('op', () => 1))).toMatchObject({ code: 'rate_limited', limit: 3 });
  });

  it('keeps an open breaker open and its failures counted', async () => {
    const breaker = { consecutiveFailures: 2, openForMs: 10_000 };
    const { bridge, clock } = testBridge({ circuitBreaker: breaker });
    await rejection(bridge.run('op', failing([httpError(500)], 1)));
    bridge.apply(operation({ circuitBreaker: { ...breaker, openForMs: 20_000 } }));
    await rejection(bridge.run('op', failing([httpError(500)], 1)));
    expect(await rejection(bridge.run('op', () => 1))).toMatchObject({ code: 'circuit_open' });
    bridge.apply(operation({ circuitBreaker: { ...breaker, halfOpenProbes: 3 } }));
    expect(await rejection(bridge.run('op', () => 1))).toMatchObject({ code: 'circuit_open' });
    await clock.advance(20_000);
    expect(await bridge.run('op', () => 'probe')).toBe('probe');
  });

  it('hears no more of a breaker that is gone', async () => {
    const { bridge, clock, observer } = testBridge({ circuitBreaker: { consecutiveFailures: 1 } });
    const failure = new Promise((_, reject) => clock.setTimeout(() => reject(httpError(500)), 100));
    const call = rejection(bridge.run('op', () => failure));
    bridge.apply(operation({}));
    await clock.run(call);
    expect(observer.ofType('circuit_breaker.changed')).toEqual([]);
  });

  it('may take the hedges from a call under way, whose attempts are told all the same', async () => {
    const retry = plainRetry;
    const { bridge, clock, observer } = testBridge({ retry, hedge: { delayMs: 1_000 } });
    Object.assign(observer, { wants: () => false });
    const call = rejection(
      bridge.run('op', () => {
        throw httpError(503);
      }),
    );
    await settle();
    bridge.apply(operation({ retry }));
    expect(attemptsOf(await clock.run(call))).toHaveLength(3);
  });

  it('may lower a limit below the cost of a call under way, which then gets no hedge', async () => {
    const perAttempt = { windowSeconds: 60, per: 'attempt' } as const;
    const hedge = { delayMs: 100 };
    const { bridge, clock, observer } = testBridge({ hedge, rateLimit: { ...perAttempt, capacity: 10 } });
    const slow = (): Promise<string> => new Promise((resolve) => clock.setTimeout(() => resolve('slow'), 150));
    const call = bridge.run('op', slow, { cost: 5 });
    bridge.apply(operation({ hedge, rateLimit: { ...perAttempt, capacity: 3 } }));
    expect(await clock.run(call)).toBe('slow');
    expect(observer.story).toContain('hedge throttled after 100');
  });

  it('admits who waits for tokens when the limit goes, and when it only watches', async () => {
    const rateLimit = { capacity: 1, windowSeconds: 60, maxWaitMs: 60_000 };
    for (const next of [operation({}), operation({ rateLimit: { ...rateLimit, mode: 'shadow' } })]) {
      const { bridge, clock } = testBridge({ rateLimit });
      await bridge.run('op', () => 1);
      const waiting = bridge.run('op', async () => 'admitted');
      await settle();
      bridge.apply(next);
      await settle();
      expect(clock.pending).toBe(0);
      expect(await waiting).toBe('admitted');
    }
  });

  it('admits who waits when a bulkhead grows, and when it goes', async () => {
    for (const next of [operation({ bulkhead: { limit: 2, queue: 5 } }), operation({})]) {
      const { bridge } = testBridge({ bulkhead: { limit: 1, queue: 5 } });
      const hold = new AbortController();
      const running = bridge.run('op', never, { signal: hold.signal });
      const waiting = bridge.run('op', async () => 'admitted');
      await settle();
      bridge.apply(next);
      expect(await waiting).toBe('admitted');
      hold.abort();
      await rejection(running);
      expect(await bridge.run('op', () => 'free')).toBe('free');
    }
  });

  it('brings policies that were not there and takes away those that are gone', async () => {
    const { bridge, clock } = testBridge({});
    const retry = { maxAttempts: 2, baseDelayMs: 1, jitter: 'none' } as const;
    bridge.apply(operation({ retry }));
    expect(await clock.run(bridge.run('op', failing([httpError(503)], 'retried')))).toBe('retried');
    bridge.apply({});
    const fn = failing([httpError(503)], 1);
    await rejection(clock.run(bridge.run('op', fn)));
    expect(fn.calls).toBe(1);
    bridge.apply({ operations: { fresh: { rateLimit: { capacity: 1, windowSeconds: 60 } } } });
    await bridge.run('fresh', () => 1);
    expect(await rejection(bridge.run('fresh', () => 1))).toMatchObject({ code: 'rate_limited' });
  });

  it('applies nothing of a config that has a problem, and says so', async () => {
    const { bridge, observer } = testBridge({ rateLimit: { capacity: 5, windowSeconds: 60 } });
    const before = bridge.config;
    expect(() =>
      bridge.apply({
        operations: { op: { rateLimit: { capacity: 1, windowSeconds: 60 }, retry: { maxAttempts: 0 } } },
      }),
    ).toThrow(ConfigError);
    expect(bridge.config).toBe(before);
    for (let call = 0; call < 5; call += 1) await bridge.run('op', () => call);
    expect(observer.story[0]).toBe('config rejected: ');
  });

  it('says what changed', () => {
    const { bridge, observer } = testBridge({});
    expect(bridge.apply(operation({ retry: 'quick' }))).toMatchObject([{ operation: 'op', change: 'changed' }]);
    expect(bridge.apply(operation({ retry: 'quick' }))).toEqual([]);
    expect(observer.story).toEqual(['config applied: op', 'config applied: ']);
  });
});

describe('bridge.circuitBreaker', () => {
  it('holds a circuit open by hand until it is reset', async () => {
    const { bridge, observer } = testBridge({ circuitBreaker: {} });
    bridge.circuitBreaker('op')?.isolate();
    expect(await rejection(bridge.run('op', () => 1))).toMatchObject({ code: 'circuit_open' });
    bridge.circuitBreaker('op')?.reset();
    expect(await bridge.run('op', () => 1)).toBe(1);
    expect(observer.ofType('circuit_breaker.changed').map(({ to, call }) => [to, call])).toEqual([
      ['isolated', undefined],
      ['closed', undefined],
    ]);
    expect(testBridge({}).bridge.circuitBreaker('op')).toBeUndefined();
  });

  it('holds the circuit of one target open, where each has its own', async () => {
    const { bridge, observer } = testBridge({ circuitBreaker: { per: 'target' } });
    const control = bridge.circuitBreaker('op', 'a.example');
    control?.isolate();
    expect(control?.state).toBe('isolated');
    expect(await rejection(bridge.run('op', () => 1, { target: 'a.example' }))).toMatchObject({ code: 'circuit_open' });
    expect(await bridge.run('op', () => 'other', { target: 'b.example' })).toBe('other');
    expect(bridge.circuitBreaker('op')?.state).toBe('isolated');
    control?.reset();
    expect(await bridge.run('op', () => 'reset', { target: 'a.example' })).toBe('reset');
    expect(observer.ofType('circuit_breaker.changed').map(({ to, target }) => [to, target])).toEqual([
      ['isolated', 'a.example'],
      ['closed', 'a.example'],
    ]);
    expect(testBridge({ circuitBreaker: {} }).bridge.circuitBreaker('op', 'a.example')).toBeUndefined();
  });

  it('makes no operation of a name that nobody configured', () => {
    const { bridge } = testBridge({});
    expect(bridge.circuitBreaker('typing_mistake')).toBeUndefined();
    expect(bridge.state.operations().map(({ operation }) => operation)).toEqual(['op']);
  });
});

describe('bridge.reserve', () => {
  it('settles under the limit that a reload brought meanwhile', async () => {
    const { bridge, clock } = testBridge({ rateLimit: { capacity: 10, windowSeconds: 10 } });
    const reservation = await bridge.reserve('user:1', 'op', 10);
    bridge.apply(operation({ rateLimit: { capacity: 1000, windowSeconds: 10 } }));
    expect(bridge.checkRateLimit('user:1', 'op', 1)).toMatchObject({ limit: 1000 });
    await clock.advance(1_000);
    reservation.settle(5);
    expect(bridge.checkRateLimit('user:1', 'op', 105)).toBeUndefined();
    expect(bridge.checkRateLimit('user:1', 'op', 1)).toBeDefined();
  });

  it('takes an estimate and settles it with the real cost', async () => {
    const { bridge } = testBridge({ rateLimit: { capacity: 100, windowSeconds: 60 } });
    const first = await bridge.reserve('user:1', 'op', 80);
    first.settle(30);
    const second = await bridge.reserve('user:1', 'op', 70);
    second.cancel();
    expect(await rejection(bridge.reserve('user:1', 'op', 71))).toMatchObject({ code: 'rate_limited' });
  });

  it('grants everything where there is no limit', async () => {
    const reservation = await testBridge({}).bridge.reserve('user:1', 'op', 1e9);
    reservation.settle(2e9);
  });
});
