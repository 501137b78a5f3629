import { getEventListeners } from 'node:events';
import { createBridge } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { rejection, type TestBridge, testBridge } from '../support/bridges.ts';

const limit = { capacity: 100, windowSeconds: 10 };

/** What observers are told of the limits, in order. */
const told = ({ observer }: TestBridge): unknown[] =>
  observer
    .ofType('rate_limit.decided')
    .map(({ rateLimit, result, mode, waitMs, remaining }) => [rateLimit, result, mode, waitMs, remaining]);

describe('a reservation', () => {
  it('is told like any other decision, and is no call', async () => {
    const test = testBridge({ rateLimit: { ...limit, name: 'tokens' } });
    await test.bridge.reserve('user:1', 'op', 60);
    const error = await rejection(test.bridge.reserve('user:1', 'op', 60));
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: 2000 });
    expect(told(test)).toEqual([
      ['tokens', 'admitted', 'enforce', 0, 40],
      ['tokens', 'throttled', 'enforce', 0, 40],
    ]);
    expect(test.observer.events.map(({ type }) => type)).toEqual(['rate_limit.decided', 'rate_limit.decided']);
    expect(test.observer.ofType('rate_limit.decided')[0]?.call).toMatchObject({ operation: 'op', key: 'user:1' });
  });

  it('is told once its wait is over, with how long that took, or that it was given up', async () => {
    const test = testBridge({ rateLimit: { ...limit, maxWaitMs: 60_000, name: 'tokens' } });
    await test.bridge.reserve('user:1', 'op', 100);
    await test.clock.run(test.bridge.reserve('user:1', 'op', 30));
    const controller = new AbortController();
    const given = test.bridge.reserve('user:1', 'op', 30, { signal: controller.signal });
    controller.abort(new Error('enough'));
    expect(await rejection(given)).toMatchObject({ message: 'enough' });
    expect(told(test)).toEqual([
      ['tokens', 'admitted', 'enforce', 0, 0],
      ['tokens', 'admitted', 'enforce', 3000, 0],
      ['tokens', 'cancelled', 'enforce', 0, 0],
    ]);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('is told of limits that only watch, which refuse nothing', async () => {
    const test = testBridge({ rateLimit: { ...limit, mode: 'shadow', name: 'tokens' } });
    await test.bridge.reserve('user:1', 'op', 90);
    await test.bridge.reserve('user:1', 'op', 90);
    expect(told(test)).toEqual([
      ['tokens', 'admitted', 'shadow', 0, 10],
      ['tokens', 'throttled', 'shadow', 0, 10],
    ]);
  });

  it('tells nothing where there is no limit', async () => {
    const test = testBridge({});
    await test.bridge.reserve('user:1', 'op', 90);
    expect(test.observer.events).toEqual([]);
  });
});

describe('what a refusal says', () => {
  it('counts tokens where they were reserved, or taken several at once, and requests where calls count one each', async () => {
    const { bridge } = testBridge({ rateLimit: { capacity: 20_000, windowSeconds: 60 } });
    await bridge.reserve('user:1', 'op', 20_000);
    const reserved = await rejection(bridge.reserve('user:1', 'op', 1));
    expect(reserved).toMatchObject({
      message: "Rate limit exceeded for 'user:1' on 'op': 20000 tokens per 60 s; retry in 3 ms",
    });
    const several = await rejection(bridge.run('op', () => 1, { key: 'user:1', cost: 7 }));
    expect(several).toMatchObject({ message: expect.stringContaining('20000 tokens per 60 s') });
    const one = await rejection(bridge.run('op', () => 1, { key: 'user:1' }));
    expect(one).toMatchObject({ message: expect.stringContaining('20000 requests per 60s') });
    expect(bridge.checkRateLimit('user:1', 'op')?.message).toContain('20000 requests per 60s');
  });

  it('counts tokens in the same way where nobody watches', async () => {
    const bridge = createBridge({ operations: { op: { rateLimit: { capacity: 5, windowSeconds: 60 } } } });
    await bridge.run('op', () => 1, { cost: 4 });
    const error = await rejection(bridge.run('op', () => 1, { cost: 4 }));
    expect(error).toMatchObject({ message: expect.stringContaining('5 tokens per 60 s') });
  });
});
