import { createBridge } from '@crossbridge/core';
import { resolveRuntimeConfig } from '@crossbridge/core/config';
import { afterEach, describe, expect, it } from 'vitest';
import { setDefaultBridge } from '../../../packages/core/src/default-bridge/default-bridge.ts';
import { getRateLimitForOperation } from '../../../packages/core/src/default-bridge/rate-limit-for-operation.ts';

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

  it('says what would hold where limiting is switched off', () => {
    const config = resolveRuntimeConfig({ rateLimiting: { enabled: false } });
    expect(getRateLimitForOperation('search', config)).toEqual({ capacity: 30, windowSeconds: 60 });
  });
});
