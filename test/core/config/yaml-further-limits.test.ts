import { resolveRuntimeConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { errorOf, parse, problemsOf, yaml } from '../../support/config.ts';

describe('several rate limits of an operation', () => {
  const text = (enabled: boolean) => yaml`
    runtime:
      rate_limiting: {enabled: ${enabled}}
      operations:
        search:
          rate_limit: {capacity: 5, by: user, max_wait: 250ms, queue: 3}
          rate_limits:
            - {by: global, capacity: 100, window: 1m, per: attempt, mode: shadow}
            - {capacity: 1, window_seconds: 2}
            - {name: slow, capacity: 9, window: 1h, max_wait: 1s, queue: 0}
  `;

  it('have what they say, and names of the operation and what they are by', () => {
    const { rateLimit, rateLimits } = parse(text(true)).config.operations.search ?? {};
    const use = { by: 'key', per: 'call', mode: 'enforce', maxWaitMs: 0, queue: 1000 };
    expect(rateLimit).toEqual({
      ...use,
      name: 'search',
      by: 'user',
      capacity: 5,
      windowSeconds: 60,
      maxWaitMs: 250,
      queue: 3,
    });
    expect(rateLimits).toEqual([
      {
        ...use,
        name: 'search.global',
        by: 'global',
        capacity: 100,
        windowSeconds: 60,
        per: 'attempt',
        mode: 'shadow',
      },
      { ...use, name: 'search.key', capacity: 1, windowSeconds: 2 },
      { ...use, name: 'slow', capacity: 9, windowSeconds: 3600, maxWaitMs: 1000, queue: 0 },
    ]);
  });

  it('are all gone when rate limiting is switched off', () => {
    expect(parse(text(false)).config.operations.search).toMatchObject({ rateLimit: null, rateLimits: [] });
  });

  it('come back unchanged from a complete configuration', () => {
    const { config } = parse(text(true));
    expect(resolveRuntimeConfig(config)).toEqual(config);
  });

  it('inherit no capacity or window from the table', () => {
    expect(problemsOf('runtime: {operations: {search: {rate_limits: [{by: org}]}}}')).toEqual([
      '1:47 runtime.operations.search.rate_limits[0].capacity: missing: expected a number of tokens above 0, for example 60',
      '1:47 runtime.operations.search.rate_limits[0].window_seconds: missing: expected the seconds in which an empty bucket fills, for example 60',
    ]);
  });

  it('need names that no other limit has, by default or not', () => {
    const limits = yaml`
      runtime:
        operations:
          a:
            rate_limits:
              - {by: org, capacity: 1, window: 1s}
              - {by: org, capacity: 60, window: 1m}
              - {name: search, capacity: 60, window: 1m}
    `;
    expect(problemsOf(limits)).toEqual([
      '6:11 runtime.operations.a.rate_limits[1]: runtime.operations.a.rate_limits[0] is called "a.org", too; give this limit a name of its own',
      '7:18 runtime.operations.a.rate_limits[2].name: runtime.operations.search.rate_limit is called search, too; give this limit a name of its own',
    ]);
  });

  it('are told apart by name in code, too', () => {
    const limit = { capacity: 1, windowSeconds: 1 };
    const load = () =>
      resolveRuntimeConfig({ operations: { a: { rateLimits: [limit, { ...limit, name: 'a.key' }] } } });
    expect(errorOf(load).message).toContain(
      'operations.a.rateLimits[1].name: operations.a.rateLimits[0] is called "a.key", too',
    );
  });

  it('are limits, each where it stands', () => {
    expect(
      problemsOf('runtime: {operations: {a: {rate_limits: [7, {capacity: 1, window: 1s, by: "", max_wait: soon}]}}}'),
    ).toEqual([
      expect.stringContaining('1:42 runtime.operations.a.rate_limits[0]: expected a map with capacity'),
      expect.stringContaining('rate_limits[1].by: expected key, global, or the name of a part of the keys, got ""'),
      expect.stringContaining('rate_limits[1].max_wait: expected a duration'),
    ]);
  });
});
