import { createBridge } from '@crossbridge/core';
import { resolveRuntimeConfig } from '@crossbridge/core/config';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { checkRateLimit } from '../../../packages/core/src/default-bridge/check-rate-limit.ts';
import { setDefaultBridge } from '../../../packages/core/src/default-bridge/default-bridge.ts';
import { getRateLimitForOperation } from '../../../packages/core/src/default-bridge/rate-limit-for-operation.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

afterEach(() => setDefaultBridge(undefined));

describe('getRateLimitForOperation', () => {
  it('says what the default bridge allows', () => {
    setDefaultBridge(createBridge({ rateLimiting: { defaults: { search: { capacity: 7 } } } }));
    expect(getRateLimitForOperation('search')).toEqual({ capacity: 7, windowSeconds: 60 });
  });

  it('goes by the config it is given, the limit of the operation itself first', () => {
    const config = resolveRuntimeConfig({
      rateLimiting: { defaults: { search: { capacity: 7 }, mine: { capacity: 2, windowSeconds: 5 } } },
      operations: { search: { rateLimit: { capacity: 9, per: 'attempt' } } },
    });
    expect(getRateLimitForOperation('search', config)).toEqual({ capacity: 9, windowSeconds: 60 });
    expect(getRateLimitForOperation('mine', config)).toEqual({ capacity: 2, windowSeconds: 5 });
  });

  it.each(['unheard_of', 'constructor', '__proto__'])('says 30 in 60 s for %s', (operation) => {
    const config = resolveRuntimeConfig();
    expect(getRateLimitForOperation(operation, config)).toEqual({ capacity: 30, windowSeconds: 60 });
  });

  it.each([
    ['has none', { operations: { op: { rateLimit: false } } }],
    ['names none', { operations: { op: { retry: 'quick' } } }],
    ['only watches', { operations: { op: { rateLimit: { capacity: 2, windowSeconds: 1, mode: 'shadow' } } } }],
    [
      'is in a config that switches limiting off',
      { rateLimiting: { enabled: false, defaults: { op: { capacity: 2, windowSeconds: 1 } } } },
    ],
  ] as const)('says that nothing holds for an operation that %s', (_, config) => {
    expect(getRateLimitForOperation('op', resolveRuntimeConfig(config))).toBeUndefined();
    expect(resolveRuntimeConfig(config).operations).toHaveProperty('op');
  });

  it('says which of several limits refuses first: the smallest, of equal ones the slower', () => {
    const limitOf = (...limits: { capacity: number; windowSeconds: number }[]) => {
      const rateLimits = limits.map((limit, index) => ({ ...limit, name: `op.${index}` }));
      return getRateLimitForOperation('op', resolveRuntimeConfig({ operations: { op: { rateLimits } } }));
    };
    const [large, small, slow] = [
      { capacity: 900, windowSeconds: 3_600 },
      { capacity: 20, windowSeconds: 1 },
      { capacity: 20, windowSeconds: 60 },
    ];
    expect([limitOf(large, small), limitOf(small, large), limitOf(slow, small), limitOf(small, slow)]).toEqual([
      small,
      small,
      slow,
      slow,
    ]);
  });

  it('says what checkRateLimit holds a newcomer to', () => {
    const limit = fc.record({
      capacity: fc.integer({ min: 1, max: 9 }),
      windowSeconds: fc.integer({ min: 1, max: 90 }),
      by: fc.constantFrom('key', 'global', 'user', 'org'),
      per: fc.constantFrom('call', 'attempt'),
      mode: fc.constantFrom('enforce', 'enforce', 'shadow'),
      maxWaitMs: fc.constantFrom(0, 60_000),
    });
    const op = fc.record({
      rateLimit: fc.option(limit, { nil: false as const }),
      rateLimits: fc.array(limit, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.option(op, { nil: undefined }), fc.boolean(), (policies, enabled) => {
        const rateLimits = policies?.rateLimits.map((one, index) => ({ ...one, name: `op.${index}` })) ?? [];
        const operations = policies === undefined ? {} : { op: { ...policies, rateLimits } };
        setDefaultBridge(createBridge({ rateLimiting: { enabled }, operations }, { clock: new VirtualClock() }));
        const tries = Array.from({ length: 40 }, () => checkRateLimit('user:1', 'op'));
        expect(tries.filter(Boolean).length).toBe(getRateLimitForOperation('op')?.capacity ?? 40);
      }),
    );
  });
});
