import { describe, expect, it } from 'vitest';
import { parse, yaml } from '../../support/config.ts';

/** How a limit counts and acts unless it says otherwise. */
const USE = { by: 'key', per: 'call', mode: 'enforce', maxWaitMs: 0, queue: 1000 };

describe('rate limits of a file', () => {
  it('are merged into the built-in table, field by field', () => {
    const { config } = parse(yaml`
      runtime:
        rate_limiting:
          defaults:
            search: {capacity: 5}
            own: {capacity: 1.5, window: 500ms}
          max_keys: 10
          cleanup_threshold: 7
    `);
    expect(config.rateLimiting.defaults).toMatchObject({
      search: { capacity: 5, windowSeconds: 60 },
      embed: { capacity: 60, windowSeconds: 60 },
      own: { capacity: 1.5, windowSeconds: 0.5 },
    });
    expect(config.rateLimiting.maxKeys).toBe(10);
    expect(config.operations.own?.rateLimit).toEqual({
      ...USE,
      name: 'own',
      capacity: 1.5,
      windowSeconds: 0.5,
      per: 'call',
      mode: 'enforce',
    });
  });

  it('of an operation win over the table, and both lend to overrides', () => {
    const { config } = parse(yaml`
      runtime:
        rate_limiting:
          overrides:
            "user:1": {search: {capacity: 99}, embed: {capacity: 98}, own: {capacity: 97}}
        operations:
          search: {rate_limit: {window: 2m, per: attempt}}
          embed: {rate_limit: false}
          own: {rate_limit: {capacity: 1, window_seconds: 5, mode: shadow}}
          bare: {}
    `);
    expect(config.operations.search?.rateLimit).toEqual({
      ...USE,
      name: 'search',
      capacity: 30,
      windowSeconds: 120,
      per: 'attempt',
      mode: 'enforce',
    });
    expect(config.operations.embed?.rateLimit).toBeNull();
    expect(config.operations.own?.rateLimit).toEqual({
      ...USE,
      name: 'own',
      capacity: 1,
      windowSeconds: 5,
      mode: 'shadow',
    });
    expect(config.operations.bare?.rateLimit).toBeNull();
    expect(config.rateLimiting.overrides['user:1']).toEqual({
      search: { capacity: 99, windowSeconds: 120 },
      embed: { capacity: 98, windowSeconds: 60 },
      own: { capacity: 97, windowSeconds: 5 },
    });
  });

  it('are gone from every operation when switched off, and stay in the table', () => {
    const { config } = parse(
      'runtime: {rate_limiting: {enabled: false}, operations: {a: {rate_limit: {capacity: 1, window: 1s}}}}',
    );
    expect(config.operations.a?.rateLimit).toBeNull();
    expect(config.operations.search?.rateLimit).toBeNull();
    expect(config.rateLimiting.defaults.search).toEqual({ capacity: 30, windowSeconds: 60 });
  });
});

describe('retries of a file', () => {
  it('take what a policy leaves out from the built-in one of its name, else from the default policy', () => {
    const { config } = parse(yaml`
      runtime:
        retry:
          default_policy: {max_attempts: 9}
          expensive_policy: {base_delay: 200ms}
          my_own_policy: {jitter: full}
    `);
    expect(config.retry.policies).toMatchObject({
      default: { maxAttempts: 9, baseDelayMs: 500, maxDelayMs: 5000, exponentialBase: 2, jitter: 'original' },
      expensive: { maxAttempts: 5, baseDelayMs: 200, maxDelayMs: 10_000 },
      quick: { maxAttempts: 2, baseDelayMs: 100 },
      my_own: { maxAttempts: 9, baseDelayMs: 500, jitter: 'full' },
    });
  });

  it.each([
    ['true', 'original'],
    ['false', 'none'],
    ['original', 'original'],
    ['full', 'full'],
    ['decorrelated', 'decorrelated'],
    ['none', 'none'],
  ])('with jitter %s are %s', (written, kind) => {
    expect(parse(`runtime: {retry: {quick_policy: {jitter: ${written}}}}`).config.retry.policies.quick?.jitter).toBe(
      kind,
    );
  });

  it.each([
    ['expensive', { maxAttempts: 5 }],
    ['own', { maxAttempts: 7 }],
    ['true', { maxAttempts: 3 }],
    ['{}', { maxAttempts: 3 }],
    ['{max_attempts: 2}', { maxAttempts: 2, baseDelayMs: 500 }],
    ['{policy: expensive, base_delay: 200ms}', { maxAttempts: 5, baseDelayMs: 200, maxDelayMs: 10_000 }],
    ['false', false],
    ['', null],
  ])('of an operation: %s', (written, policy) => {
    const { config } = parse(
      `runtime:\n  retry: {own_policy: {max_attempts: 7}}\n  operations:\n    a:\n      retry: ${written}`,
    );
    if (policy === null || typeof policy === 'boolean') expect(config.operations.a?.retry).toBe(policy);
    else expect(config.operations.a?.retry).toMatchObject(policy);
  });

  it('have the budget of their operation, else the general one, and none without retries', () => {
    const { config } = parse(yaml`
      runtime:
        retry: {budget: {ratio: 0.5}}
        operations:
          general: {retry: true}
          own: {retry: true, retry_budget: {min_retries_per_second: 1}}
          off: {retry: true, retry_budget: false}
          none: {}
    `);
    expect(Object.entries(config.operations).map(([name, { retryBudget }]) => [name, retryBudget])).toEqual(
      expect.arrayContaining([
        ['general', { ratio: 0.5, minRetriesPerSecond: 10 }],
        ['own', { ratio: 0.5, minRetriesPerSecond: 1 }],
        ['off', null],
        ['none', null],
      ]),
    );
    const off = parse(
      'runtime: {retry: {budget: false}, operations: {a: {retry: true}, b: {retry: true, retry_budget: {ratio: 1}}}}',
    );
    expect(off.config.retry.budget).toBeNull();
    expect(off.config.operations.a?.retryBudget).toBeNull();
    expect(off.config.operations.b?.retryBudget).toEqual({ ratio: 1, minRetriesPerSecond: 10 });
  });

  it('are gone from every operation when switched off', () => {
    const { config } = parse('runtime: {retry: {enabled: false}, operations: {a: {retry: expensive}}}');
    expect(config.operations.a).toMatchObject({ retry: null, retryBudget: null });
    expect(config.retry.policies.expensive?.maxAttempts).toBe(5);
  });

  it('keep the codes of the file, each once', () => {
    const { config } = parse('runtime: {retry: {retryable_codes: [503, 429, 503], network_timeout: 30}}');
    expect(config.retry.retryableCodes).toEqual([503, 429]);
  });
});

describe('upstream rules', () => {
  it('have normal forms', () => {
    const { config } = parse(yaml`
      runtime:
        upstreams:
          - match: {host: API.Example.com:8080, path: /v1/**, method: get}
            operation: search
          - match: {method: [put, PUT, Delete]}
            operation: embed
            idempotent: false
          - match: {}
            operation: search
            idempotent: true
    `);
    expect(config.upstreams).toEqual([
      {
        match: { host: 'api.example.com:8080', path: '/v1/**', methods: ['GET'] },
        operation: 'search',
        idempotent: 'auto',
      },
      { match: { host: null, path: null, methods: ['PUT', 'DELETE'] }, operation: 'embed', idempotent: false },
      { match: { host: null, path: null, methods: null }, operation: 'search', idempotent: true },
    ]);
  });
});

describe('health checks and admin', () => {
  it('merge into the built-in ones', () => {
    const { config } = parse(yaml`
      runtime:
        health_checks:
          interval: 7
          timeout: 500ms
          providers:
            database: {timeout: 1s}
            cache: {check_type: health_check}
            queue:
          degraded_mode: {continue_on_degraded: false}
        admin: {enabled: false, host: "::1", port: 0}
    `);
    expect(config.healthChecks).toMatchObject({
      intervalMs: 7000,
      timeoutMs: 500,
      providers: {
        database: { enabled: true, checkType: 'ping', intervalMs: 7000, timeoutMs: 1000 },
        cache: { enabled: true, checkType: 'health_check', intervalMs: 7000, timeoutMs: 500 },
        queue: { enabled: true, checkType: 'ping', intervalMs: 7000, timeoutMs: 500 },
      },
      degradedMode: { continueOnDegraded: false, disableFeatures: [] },
    });
    expect(config.admin).toMatchObject({ enabled: false, host: '::1', port: 0 });
  });
});

describe('names that every object inherits', () => {
  it('are names like any other', () => {
    const { config } = parse(yaml`
      runtime:
        retry: {constructor_policy: {max_attempts: 2}}
        health_checks: {providers: {constructor: {enabled: false}}}
        operations:
          constructor: {retry: constructor, rate_limit: {capacity: 1, window: 1s}}
          toString:
    `);
    expect(config.operations.constructor).toMatchObject({
      retry: { maxAttempts: 2, baseDelayMs: 500, maxDelayMs: 5000, exponentialBase: 2, jitter: 'original' },
      rateLimit: { capacity: 1 },
    });
    expect(config.operations.toString).toMatchObject({ retry: null, rateLimit: null });
    expect(config.healthChecks.providers.constructor).toMatchObject({ enabled: false, checkType: 'ping' });
  });
});
