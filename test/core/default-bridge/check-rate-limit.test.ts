import { createBridge, InvalidArgumentError, RateLimitExceeded } from '@crossbridge/core';
import type { RuntimeConfigInput } from '@crossbridge/core/config';
import { afterEach, describe, expect, it } from 'vitest';
import { checkRateLimit, getRateLimiter } from '../../../packages/core/src/default-bridge/check-rate-limit.ts';
import { setDefaultBridge } from '../../../packages/core/src/default-bridge/default-bridge.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function setUp(config: RuntimeConfigInput = {}) {
  const clock = new VirtualClock();
  const observer = new RecordingObserver();
  const bridge = createBridge(config, { clock, observers: [observer] });
  setDefaultBridge(bridge);
  return { bridge, clock, observer };
}

/** How many of `tries` pass. */
function admitted(tries: number, check: () => boolean): number {
  return Array.from({ length: tries }, check).filter(Boolean).length;
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return expect.fail('nothing was thrown');
}

afterEach(() => setDefaultBridge(undefined));

describe('checkRateLimit by operation', () => {
  it.each([
    ['search', 30],
    ['transform', 10],
    ['embed', 60],
    ['ai_generate', 20],
    ['health_check', 100],
  ])('admits what the limit of %s admits: %d', (operation, capacity) => {
    setUp();
    expect(admitted(capacity + 5, () => checkRateLimit('user:1', operation))).toBe(capacity);
  });

  it('counts each operation and each key for itself', () => {
    setUp();
    expect(admitted(11, () => checkRateLimit('user:1', 'transform'))).toBe(10);
    expect(checkRateLimit('user:2', 'transform')).toBe(true);
    expect(checkRateLimit('user:1', 'search')).toBe(true);
  });

  it('has no bucket in common with a key alone, whatever is in the names', () => {
    setUp();
    for (const separator of ['\0', ':', '/', ' ', '']) {
      expect(checkRateLimit('user', 'unknown', { cost: 30 })).toBe(true);
      expect(checkRateLimit(`unknown${separator}user`, { capacity: 30, windowSeconds: 60, cost: 30 })).toBe(true);
      expect(checkRateLimit(`x${separator}user`, 'unknown', { cost: 30 })).toBe(true);
      expect(checkRateLimit('user', `unknown${separator}x`, { cost: 30 })).toBe(true);
      getRateLimiter().resetAll();
    }
  });

  it('shares its buckets with the calls of the operation', async () => {
    const { bridge } = setUp({ operations: { op: { rateLimit: { capacity: 2, windowSeconds: 60 } } } });
    await bridge.run('op', () => 1, { key: 'user:1' });
    expect(admitted(3, () => checkRateLimit('user:1', 'op'))).toBe(1);
  });

  it('follows overrides, by key and by prefix', () => {
    setUp({
      rateLimiting: {
        overrides: { 'user:1': { search: { capacity: 3 } }, 'org:premium': { search: { capacity: 40 } } },
      },
    });
    expect(admitted(50, () => checkRateLimit('user:1', 'search'))).toBe(3);
    expect(admitted(50, () => checkRateLimit('org:premium:7', 'search'))).toBe(40);
    expect(admitted(50, () => checkRateLimit('user:2', 'search'))).toBe(30);
  });

  it('refills with time', () => {
    const { clock } = setUp();
    admitted(30, () => checkRateLimit('user:1', 'search'));
    clock.jump(2_000);
    expect(admitted(3, () => checkRateLimit('user:1', 'search'))).toBe(1);
  });

  it('takes the cost that it is told, and nothing for what it refuses', () => {
    setUp();
    expect(checkRateLimit('user:1', 'search', { cost: 25 })).toBe(true);
    expect(checkRateLimit('user:1', 'search', { cost: 6 })).toBe(false);
    expect(checkRateLimit('user:1', 'search', { cost: 5 })).toBe(true);
    expect(() => checkRateLimit('user:1', 'search', { cost: 31 })).toThrow(InvalidArgumentError);
  });

  it('throws the refusal only when asked', () => {
    setUp();
    checkRateLimit('user:1', 'transform', { cost: 10 });
    expect(checkRateLimit('user:1', 'transform')).toBe(false);
    const error = thrownBy(() => checkRateLimit('user:1', 'transform', { raiseOnExceeded: true }));
    expect(error).toBeInstanceOf(RateLimitExceeded);
    expect(error).toMatchObject({
      key: 'user:1',
      operation: 'transform',
      limit: 10,
      windowSeconds: 60,
      retryAfterMs: 6_000,
    });
  });

  it('gives an operation that nobody configured 30 in 60 s', () => {
    setUp();
    expect(admitted(35, () => checkRateLimit('user:1', 'unheard_of'))).toBe(30);
    expect(admitted(35, () => checkRateLimit('user:1', 'unheard_of_too'))).toBe(30);
    const error = thrownBy(() => checkRateLimit('user:1', 'unheard_of', { raiseOnExceeded: true }));
    expect(error).toMatchObject({ key: 'user:1', operation: 'unheard_of', limit: 30, windowSeconds: 60 });
  });

  it.each([
    ['an operation without a limit', { operations: { op: { rateLimit: false } } }, 'op'],
    [
      'limits that are only watched',
      { operations: { op: { rateLimit: { capacity: 1, windowSeconds: 1, mode: 'shadow' } } } },
      'op',
    ],
    ['limiting switched off', { rateLimiting: { enabled: false } }, 'search'],
    ['limiting switched off, for any operation', { rateLimiting: { enabled: false } }, 'unheard_of'],
  ] as const)('lets everything pass with %s', (_, config, operation) => {
    setUp(config);
    expect(admitted(200, () => checkRateLimit('user:1', operation))).toBe(200);
  });

  it('takes a key of several parts, whatever their order', () => {
    setUp({
      operations: { op: { rateLimit: { capacity: 5, windowSeconds: 60, by: 'org' } } },
    });
    expect(admitted(4, () => checkRateLimit({ user: '1', org: 'acme' }, 'op'))).toBe(4);
    expect(admitted(4, () => checkRateLimit({ org: 'acme', user: '2' }, 'op'))).toBe(1);
    expect(checkRateLimit({ user: '1', org: 'other' }, 'op')).toBe(true);
    expect(admitted(20, () => checkRateLimit({ user: '1', org: 'acme' }, 'unheard_of'))).toBe(20);
    expect(admitted(20, () => checkRateLimit({ org: 'acme', user: '1' }, 'unheard_of'))).toBe(10);
  });

  it('counts a limit on attempts too', () => {
    setUp({ operations: { op: { rateLimit: { capacity: 2, windowSeconds: 60, per: 'attempt' } } } });
    expect(admitted(5, () => checkRateLimit('user:1', 'op'))).toBe(2);
  });

  it('tells the observers what was decided', () => {
    const { observer } = setUp({ operations: { op: { rateLimit: { capacity: 1, windowSeconds: 60 } } } });
    admitted(2, () => checkRateLimit('user:1', 'op'));
    expect(observer.ofType('rate_limit.decided')).toMatchObject([
      { call: { operation: 'op', key: 'user:1' }, rateLimit: 'op', result: 'admitted', mode: 'enforce' },
      { result: 'throttled', retryAfterMs: 60_000 },
    ]);
  });
});

describe('checkRateLimit by a limit given on the spot', () => {
  it('admits the capacity, then refills', () => {
    const { clock } = setUp();
    const check = () => checkRateLimit('user:1', { capacity: 6, windowSeconds: 60 });
    expect(admitted(10, check)).toBe(6);
    clock.jump(10_000);
    expect(admitted(3, check)).toBe(1);
  });

  it('applies a changed limit at once', () => {
    setUp();
    expect(admitted(3, () => checkRateLimit('user:1', { capacity: 2, windowSeconds: 60 }))).toBe(2);
    expect(() => checkRateLimit('user:1', { capacity: 2, windowSeconds: 60, cost: 3 })).toThrow(InvalidArgumentError);
    expect(checkRateLimit('user:1', { capacity: 3, windowSeconds: 60, cost: 3 })).toBe(false);
  });

  it('throws the refusal only when asked', () => {
    setUp();
    const limit = { capacity: 1, windowSeconds: 10, cost: 1 };
    expect([checkRateLimit('user:1', limit), checkRateLimit('user:1', limit)]).toEqual([true, false]);
    expect(thrownBy(() => checkRateLimit('user:1', { ...limit, raiseOnExceeded: true }))).toMatchObject({
      code: 'rate_limited',
      key: 'user:1',
      operation: undefined,
      limit: 1,
      windowSeconds: 10,
      retryAfterMs: 10_000,
    });
  });

  it('spends from the limiter of the default bridge', () => {
    const { bridge } = setUp();
    checkRateLimit('user:1', { capacity: 6, windowSeconds: 60, cost: 2 });
    expect(getRateLimiter()).toBe(bridge.rateLimiter);
    expect([getRateLimiter().check('user:1', 6, 60, 4), getRateLimiter().check('user:1', 6, 60)]).toEqual([
      true,
      false,
    ]);
  });
});

it.each([
  ['', 'search'],
  [undefined, 'search'],
  [null, 'search'],
  [{}, 'search'],
  [{ user: '1', org: undefined }, 'search'],
  [{ user: 1 }, 'search'],
  ['user:1', ''],
])('checkRateLimit refuses key %j, operation %j', (key, operation) => {
  setUp();
  expect(() => checkRateLimit(key as string, operation)).toThrow(InvalidArgumentError);
});
