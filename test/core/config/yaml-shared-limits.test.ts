import { resolveRuntimeConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { errorOf, parse, problemsOf, warningsOf } from '../../support/config.ts';

const store = (lines: string, operation = '{rate_limit: {capacity: 10, window: 1s}}') =>
  `runtime:\n  rate_limiting: {store: ${lines}}\n  operations: {ai: ${operation}}`;

describe('rate_limiting.store', () => {
  it('needs no more than a URL', () => {
    expect(parse(store('{url: "redis://localhost:6379"}')).config.rateLimiting.store).toEqual({
      type: 'redis',
      url: 'redis://localhost:6379',
      cluster: false,
      onStoreError: 'local',
      expectedProcesses: 1,
      budgetMs: 50,
      leases: true,
      prefix: 'cb:',
    });
  });

  it('says all that there is to say', () => {
    const lines =
      '{type: redis, url: "rediss://:secret@host", cluster: true, on_store_error: deny, expected_processes: 8, budget: 20ms, leases: false, prefix: "shop:"}';
    expect(parse(store(lines)).config.rateLimiting.store).toEqual({
      type: 'redis',
      url: 'rediss://:secret@host',
      cluster: true,
      onStoreError: 'deny',
      expectedProcesses: 8,
      budgetMs: 20,
      leases: false,
      prefix: 'shop:',
    });
  });

  it('is there only where it is written, and may be switched off', () => {
    expect(resolveRuntimeConfig().rateLimiting).not.toHaveProperty('store');
    expect(parse(store('{enabled: false, url: "redis://localhost"}')).config.rateLimiting).not.toHaveProperty('store');
  });

  it('gives a limit to each process that asks for it', () => {
    const { operations } = parse(
      store('{url: "redis://localhost"}', '{rate_limit: {capacity: 10, window: 1s, shared: false}}'),
    ).config;
    expect(operations.ai?.rateLimit?.shared).toBe(false);
  });

  it('survives being resolved once more', () => {
    const { config } = parse(store('{url: "redis://localhost", expected_processes: 4}'));
    expect(resolveRuntimeConfig({ ...config })).toEqual(config);
  });

  it.each(['redis//me:geheim@host:1', 'redis:me:geheim@host:1', 'http://me:geheim@host', 'me:geheim@host:1'])(
    'repeats no password of a url that is none: %s',
    (url) => {
      const error = errorOf(() => parse(store(`{url: "${url}"}`)));
      expect(error.message).toMatch(/got ".*\*@host/);
      expect(error.message + JSON.stringify(error.problems)).not.toContain('geheim');
    },
  );

  it.each([
    ['{type: memcached}', /one of redis/],
    ['{url: "http://localhost"}', /a URL that begins with redis:\/\/ or rediss:\/\//],
    ['{on_store_error: panic}', /one of local, allow, deny/],
    ['{expected_processes: 0}', /a whole number of at least 1/],
    ['{budget: 0}', /budget: expected .*0/],
    ['{prefix: "a{b}"}', /a text without braces/],
    ['{on_store_eror: deny}', /did you mean "on_store_error"/],
  ])('refuses %s', (lines, message) => {
    expect(problemsOf(store(lines))).toEqual([expect.stringMatching(message)]);
  });
});

describe('the linter, of shared limits', () => {
  it('warns of shares below one token, with which nothing passes while the store fails', () => {
    const lines = '{url: "redis://localhost", expected_processes: 20}';
    expect(warningsOf(store(lines))).toEqual([
      expect.stringMatching(
        /^2:\d+ runtime\.rate_limiting\.store\.expected_processes: while the store fails, the share of one process in a limit of .*ai.* is below 1 token/,
      ),
    ]);
    expect(warningsOf(store(lines.replace('}', ', on_store_error: deny}')))).toEqual([]);
    expect(warningsOf(store('{url: "redis://localhost", expected_processes: 10}'))).toEqual([]);
  });

  it('warns of a limit that is to be shared, and cannot be without a store', () => {
    const text = 'runtime: {operations: {ai: {rate_limit: {capacity: 10, window: 1s, shared: true}}}}';
    expect(warningsOf(text)).toEqual([
      expect.stringMatching(
        /operations\.ai\.rate_limit\.shared: nothing is shared without rate_limiting\.store, so each process has this limit to itself/,
      ),
    ]);
  });
});
