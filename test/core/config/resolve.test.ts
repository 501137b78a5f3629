import { isCrossbridgeError } from '@crossbridge/core';
import {
  ConfigError,
  parseRuntimeConfig,
  type RuntimeConfigInput,
  resolveRuntimeConfig,
} from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { errorOf, yaml } from '../../support/config.ts';

describe('a configuration given as code', () => {
  it('means the same as the file that says the same', () => {
    const fromCode = resolveRuntimeConfig({
      rateLimiting: {
        defaults: { own: { capacity: 2, windowSeconds: 1 } },
        overrides: { k: { own: { capacity: 9 } } },
      },
      retry: { policies: { slow: { baseDelayMs: 2500, jitter: false } }, budget: false },
      circuitBreaker: { consecutiveFailures: 3 },
      bulkhead: { limit: 4 },
      timeout: { totalMs: 9000 },
      operations: {
        a: { retry: 'slow', retryBudget: true, circuitBreaker: { windowMs: 5000 }, timeout: { attemptMs: 500 } },
        b: {
          retry: { policy: 'slow', maxAttempts: 7 },
          circuitBreaker: false,
          bulkhead: null,
          timeout: null,
          rateLimit: null,
        },
        c: { retry: true, rateLimit: { capacity: 1, windowSeconds: 2, per: 'attempt' } },
      },
      upstreams: [{ match: { host: 'A.com', methods: ['get'] }, operation: 'a', idempotent: false }],
      healthChecks: { intervalMs: 500, providers: { database: { enabled: false } } },
      admin: { port: 0 },
    });
    const fromFile = yaml`
      runtime:
        rate_limiting: {defaults: {own: {capacity: 2, window: 1s}}, overrides: {k: {own: {capacity: 9}}}}
        retry: {slow_policy: {base_delay: 2.5, jitter: false}, budget: false}
        circuit_breaker: {consecutive_failures: 3}
        bulkhead: {limit: 4}
        timeout: {total: 9}
        operations:
          a: {retry: slow, retry_budget: true, circuit_breaker: {window: 5}, timeout: {attempt: 500ms}}
          b: {retry: {policy: slow, max_attempts: 7}, circuit_breaker: false, bulkhead: false, timeout: false, rate_limit: false}
          c: {retry: true, rate_limit: {capacity: 1, window_seconds: 2, per: attempt}}
        upstreams: [{match: {host: a.com, method: GET}, operation: a, idempotent: false}]
        health_checks: {interval: 500ms, providers: {database: {enabled: false}}}
        admin: {port: 0}
    `;
    expect(fromCode).toEqual(parseRuntimeConfig(fromFile, { file: 'f', env: {} }).config);
  });

  it('comes back unchanged when it is complete', () => {
    const complete = resolveRuntimeConfig({
      retry: { policies: { slow: { maxAttempts: 8 } }, budget: null },
      operations: { a: { retry: 'slow', bulkhead: { limit: 1 } }, b: { rateLimit: false, circuitBreaker: true } },
      circuitBreaker: { failureRatio: 0.9 },
      upstreams: [{ match: {}, operation: 'a' }],
    });
    expect(resolveRuntimeConfig(complete)).toBe(complete);
    expect(resolveRuntimeConfig(structuredClone(complete))).toEqual(complete);
    for (const off of [{ rateLimiting: { enabled: false } }, { retry: { enabled: false } }]) {
      const config = resolveRuntimeConfig({ ...off, operations: { a: { retry: true } } });
      expect(resolveRuntimeConfig(structuredClone(config))).toEqual(config);
    }
  });

  it('is neither changed nor frozen nor shared', () => {
    const methods = ['get'];
    const input: RuntimeConfigInput = {
      retry: { retryableCodes: [500] },
      operations: { a: { retry: { maxAttempts: 2 } } },
      upstreams: [{ match: { methods }, operation: 'a' }],
    };
    const before = structuredClone(input);
    const config = resolveRuntimeConfig(input);
    expect(input).toEqual(before);
    methods.push('post');
    expect(config.upstreams[0]?.match.methods).toEqual(['GET']);
    expect(Object.isFrozen(input.operations?.a)).toBe(false);
  });

  it('is refused with every problem, by the names of the code', () => {
    const load = () =>
      resolveRuntimeConfig({
        retry: { policies: { slow: { baseDelayMs: -1 }, quick: { baseDelayMs: 2000 } } },
        operations: {
          a: { retry: 'slwo', timeout: { totalMs: 1, attemptMs: 2 }, bulkhead: {} },
          'b c': { circuitBreaker: { windowMs: Number.NaN, openForMs: 2 ** 31 } },
        },
        upstreams: [{ match: { methods: ['GTE'] }, operation: 'x' }],
        timeouts: {},
      } as RuntimeConfigInput);
    const error = errorOf(load);
    expect(error.message.split('\n')).toEqual([
      'The configuration has 10 problems:',
      '  retry.policies.slow.baseDelayMs: expected milliseconds as a number, got -1 (negative)',
      '  operations["b c"].circuitBreaker.windowMs: expected milliseconds as a number, got NaN',
      '  operations["b c"].circuitBreaker.openForMs: expected milliseconds as a number, got 2147483648 (longer than a timer can wait (24.8 days))',
      '  upstreams[0].match.methods[0]: expected an HTTP method, got "GTE"; did you mean "GET"?',
      '  timeouts: unknown key "timeouts"; did you mean "timeout"?',
      '  retry.policies.quick.baseDelayMs: maxDelayMs (1s, inherited) is shorter than baseDelayMs (2000); raise the one or lower the other',
      '  operations.a.retry: no retry policy is called "slwo"; did you mean "slow"?',
      '  operations.a.bulkhead.limit: missing: a bulkhead needs the number of calls that may run at once',
      '  operations.a.timeout.attemptMs: attemptMs (2) is longer than totalMs (1), so no attempt could use it; lower the one or raise the other',
      '  upstreams[0].operation: no operation is called "x"; known here: a, b c, search, transform, embed, ai_generate, health_check',
    ]);
    expect(error.problems[0]).toMatchObject({ file: undefined, line: undefined, column: undefined });
    expect(isCrossbridgeError(error)).toBe(true);
    expect(error.code).toBe('invalid_config');
  });

  it.each([
    [null],
    [5],
    ['x'],
    [[]],
    [{ operations: [] }],
    [{ upstreams: {} }],
    [{ retry: { policies: 5 } }],
    [() => {}],
  ])('of the wrong kind is refused: %j', (input) => {
    expect(() => resolveRuntimeConfig(input as unknown as RuntimeConfigInput)).toThrow(ConfigError);
  });

  it('takes undefined for left out', () => {
    expect(
      resolveRuntimeConfig({ retry: { budget: undefined }, operations: { search: undefined }, admin: undefined }),
    ).toEqual(resolveRuntimeConfig());
  });
});
