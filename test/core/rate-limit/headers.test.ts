import { RateLimiter } from '@crossbridge/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateLimitHeaders } from '../../../packages/core/src/rate-limit/headers.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('rateLimitHeaders', () => {
  it('states policy and quota as structured fields, and no Retry-After while there are tokens', () => {
    const limiter = new RateLimiter({ clock: new VirtualClock() });
    const decision = limiter.decide('user:1', { capacity: 100, windowSeconds: 60 }, 50);
    expect(rateLimitHeaders({ name: 'search', ...decision })).toEqual({
      'RateLimit-Policy': '"search";q=100;w=60',
      RateLimit: '"search";r=50;t=30',
    });
  });

  it('rounds so that nobody who keeps to it is refused', async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter({ clock });
    const limit = { capacity: 7, windowSeconds: 10 };
    limiter.decide('user:1', limit, 6.5);
    const headers = rateLimitHeaders(limiter.decide('user:1', limit, 4));
    expect(headers).toEqual({
      'RateLimit-Policy': '"default";q=7;w=10',
      RateLimit: '"default";r=0;t=10',
      'Retry-After': '5',
    });
    clock.jump(Number(headers['Retry-After']) * 1000);
    expect(limiter.decide('user:1', limit, 4).admitted).toBe(true);
  });

  it('lists several limits, and asks to wait for the slowest', () => {
    const base = { limit: 10, windowSeconds: 1, remaining: 0, resetMs: 1000 };
    expect(
      rateLimitHeaders([
        { ...base, name: 'user', retryAfterMs: 100 },
        { ...base, name: 'org', limit: 0.5, retryAfterMs: 3_001 },
      ]),
    ).toEqual({
      'RateLimit-Policy': '"user";q=10;w=1, "org";q=0;w=1',
      RateLimit: '"user";r=0;t=1, "org";r=0;t=1',
      'Retry-After': '4',
    });
  });

  it('makes a valid structured field string of any name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const decision = { name, limit: 1, windowSeconds: 1, remaining: 1, retryAfterMs: 0, resetMs: 0 };
        expect(rateLimitHeaders(decision).RateLimit).toMatch(/^"(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*";r=1;t=0$/);
      }),
    );
  });

  it('send nothing where there is nothing to say', () => {
    expect(rateLimitHeaders([])).toEqual({});
  });

  it('take any name, even half a character', () => {
    const decision = { limit: 1, windowSeconds: 1, remaining: 1, retryAfterMs: 0, resetMs: 0, name: 'a\ud800b' };
    expect(rateLimitHeaders(decision)['RateLimit-Policy']).toBe('"a%EF%BF%BDb";q=1;w=1');
  });
});
