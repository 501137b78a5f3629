import { createBridge, isCrossbridgeError } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { rejection } from '../support/bridges.ts';
import { RecordingObserver } from '../support/recording-observer.ts';

describe('createBridge', () => {
  it('runs operations that nobody configured, without policies', async () => {
    const observer = new RecordingObserver();
    const bridge = createBridge({}, { observers: [observer] });
    expect(await bridge.run('anything', async () => 42)).toBe(42);
    expect(observer.story).toEqual(['call', 'attempt 1', 'attempt 1 success', 'end success']);
  });

  it('takes functions that answer or throw at once', async () => {
    const bridge = createBridge();
    expect(await bridge.run('op', () => 1)).toBe(1);
    const error = new Error('at once');
    const thrown = bridge.run('op', () => {
      throw error;
    });
    expect(await rejection(thrown)).toBe(error);
  });

  it('keeps the names that metrics see bounded, whatever names it is called with', async () => {
    const observer = new RecordingObserver();
    const bridge = createBridge({}, { observers: [observer] });
    for (let call = 0; call < 1_000; call += 1) await bridge.run(`made-up:${call}`, () => call);
    const names = new Set(observer.ofType('call.started').map(({ call }) => call.operation));
    expect(names.size).toBeLessThan(300);
    expect(names).toContain('_OTHER');
  });

  it('applies the built-in limit of an operation from its first call on', async () => {
    const bridge = createBridge();
    expect(bridge.state.operations()).toEqual([]);
    for (let call = 0; call < 10; call += 1) await bridge.run('transform', () => 1);
    expect(await rejection(bridge.run('transform', () => 1))).toMatchObject({ code: 'rate_limited', limit: 10 });
    expect(bridge.state.operations()).toMatchObject([{ operation: 'transform', rateLimit: { limit: 10 } }]);
  });

  it('does not mistake names that every object has for operations', async () => {
    const bridge = createBridge();
    for (const name of ['constructor', '__proto__', 'toString']) expect(await bridge.run(name, () => name)).toBe(name);
  });

  it('refuses calls once it is closed', async () => {
    const bridge = createBridge();
    bridge.close();
    expect(await rejection(bridge.run('op', () => 1))).toMatchObject({ code: 'bridge_closed' });
  });

  it.each([
    ['', () => 1, {}, /non-empty string/],
    ['op', 'not a function', {}, /must be a function, got "not a function"/],
    ['op', () => 1, { maxAttempts: 0 }, /maxAttempts of 'op'/],
    ['op', () => 1, { cost: Number.NaN }, /cost of 'op'/],
    ['op', () => 1, { deadlineMs: '5' as never }, /deadlineMs of 'op'/],
    ['op', () => 1, { signal: {} as never }, /signal of 'op' must be an AbortSignal/],
    ['op', () => 1, null as never, /options of run\('op', …\) must be an object/],
  ])('rejects arguments that cannot work: %j %s %j', async (operation, fn, options, message) => {
    const error = await rejection(createBridge().run(operation, fn as () => number, options));
    expect(isCrossbridgeError(error) && error.code).toBe('invalid_argument');
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
  });

  it('reports every problem of a config together and starts nothing', () => {
    expect(() => createBridge({ operations: { op: { retry: { maxAttempts: 0 }, bulkhead: { limit: -1 } } } })).toThrow(
      /maxAttempts[\s\S]*limit/,
    );
  });

  it.each([Number.NaN, -1, -100, Number.NEGATIVE_INFINITY])(
    'takes no cost of %s, which would fill a bucket',
    async (cost) => {
      const bridge = createBridge({ operations: { op: { rateLimit: { capacity: 2, windowSeconds: 1e6 } } } });
      for (let call = 0; call < 2; call += 1) expect(bridge.checkRateLimit('user:1', 'op')).toBeUndefined();
      expect(() => bridge.checkRateLimit('user:1', 'op', cost)).toThrow(/cost of 'op'/);
      expect(bridge.checkRateLimit('user:1', 'op')).toMatchObject({ code: 'rate_limited' });
    },
  );

  it('is not degraded by a breaker that only watches', async () => {
    const breaker = { consecutiveFailures: 1 };
    for (const [mode, overall] of [
      ['shadow', 'healthy'],
      ['enforce', 'degraded'],
    ] as const) {
      const bridge = createBridge({ operations: { op: { circuitBreaker: { ...breaker, mode } } } });
      await rejection(bridge.run('op', () => Promise.reject(Object.assign(new Error('down'), { status: 500 }))));
      expect(bridge.state.health().overall).toBe(overall);
    }
  });
});
