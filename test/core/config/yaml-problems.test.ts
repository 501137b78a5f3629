import { ConfigError } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { errorOf, parse, problemsOf, yaml } from '../../support/config.ts';

describe('a bad file', () => {
  it('is reported as a whole: every problem with its line, what was meant, and the line itself', () => {
    const text = yaml`
      runtime:
        retry:
          default_policy: {max_attempts: 0, jiter: full}
        operations:
          search:
            retry: expensiv
            timeout: {total: 1s, attempt: 2s}
        upstreams:
          - match: {host: a.com}
            operation: serach
    `;
    const error = errorOf(() => parse(text));
    expect(error.message).toBe(yaml`
      crossbridge.yml has 5 problems:
        crossbridge.yml:3:36  runtime.retry.default_policy.max_attempts: expected a whole number of at least 1, got 0
          3 |     default_policy: {max_attempts: 0, jiter: full}
            |                                    ^
        crossbridge.yml:3:39  runtime.retry.default_policy.jiter: unknown key "jiter"; did you mean "jitter"?
          3 |     default_policy: {max_attempts: 0, jiter: full}
            |                                       ^
        crossbridge.yml:6:14  runtime.operations.search.retry: no retry policy is called expensiv; did you mean "expensive"?
          6 |       retry: expensiv
            |              ^
        crossbridge.yml:7:37  runtime.operations.search.timeout.attempt: attempt (2s) is longer than total (1s), so no attempt could use it; lower the one or raise the other
          7 |       timeout: {total: 1s, attempt: 2s}
            |                                     ^
        crossbridge.yml:10:18  runtime.upstreams[0].operation: no operation is called serach; did you mean "search"?
          10 |       operation: serach
             |                  ^
    `);
    expect(error).toMatchObject({ code: 'invalid_config', name: 'ConfigError' });
    expect(error.problems[1]).toEqual({
      file: 'crossbridge.yml',
      line: 3,
      column: 39,
      path: 'runtime.retry.default_policy.jiter',
      message: 'unknown key "jiter"; did you mean "jitter"?',
    });
    expect(Object.isFrozen(error.problems) && error.problems.every(Object.isFrozen)).toBe(true);
  });

  it('has its report cut short, its list of problems not', () => {
    const text = `runtime:\n  operations:\n${Array.from({ length: 30 }, (_, i) => `    op${i}: 5`).join('\n')}`;
    const error = errorOf(() => parse(text));
    expect(error.problems).toHaveLength(30);
    expect(error.message).toMatch(/… and 10 more$/);
  });

  it('shows a window of a very long line', () => {
    const error = errorOf(() => parse(`{filler: ${'x'.repeat(5000)}, runtime: {admin: {port: 70000}}}`));
    const [, source = '', caret = ''] = error.message.split('\n').slice(1);
    expect(source.length).toBeLessThan(130);
    expect(source.slice(caret.indexOf('^'))).toMatch(/^70000/);
    expect(source).toContain('xxx, runtime: {admin: {port: 70000');
  });

  it('points at the right column behind tabs and carriage returns', () => {
    const error = errorOf(() => parse('runtime:\r\n  admin: {port:\t70000}\r\n'));
    expect(error.problems).toEqual([expect.objectContaining({ line: 2, column: 17 })]);
    expect(error.message).not.toMatch(/[\t\r]/);
  });

  it('is an error of its own class whatever reads it', () => {
    expect(errorOf(() => parse('- 1'))).toBeInstanceOf(ConfigError);
  });
});

/** A value at a path of the file, in block style. */
function at(path: string, value: string): string {
  return `runtime:\n${path
    .split('.')
    .map((key, depth) => `${'  '.repeat(depth + 1)}${key}:`)
    .join('\n')} ${value}`;
}

describe('a value', () => {
  const duration = 'expected a duration: seconds as a number, or a text with a unit such as 250ms, 2s, 1m, 1h';

  it.each([
    ['rate_limiting.enabled', 'maybe', 'expected true or false, got maybe'],
    ['rate_limiting.enabled', 'yes', 'only true and false, without quotes, are booleans'],
    ['rate_limiting.enabled', '"true"', 'only true and false, without quotes, are booleans'],
    ['rate_limiting.max_keys', '0', 'expected a whole number from 1 to 100000000, got 0'],
    ['rate_limiting.max_keys', '1.5', 'expected a whole number from 1 to 100000000, got 1.5'],
    ['rate_limiting.max_keys', '100000001', 'expected a whole number from 1 to 100000000, got 100000001'],
    ['rate_limiting.cleanup_threshold', '-1', 'expected a whole number of at least 0, got -1'],
    ['rate_limiting.defaults', '[1]', 'got a list'],
    ['rate_limiting.defaults.search', '30', 'expected a map with capacity, window_seconds, window, got 30'],
    ['rate_limiting.defaults.search.capacity', '0', 'expected a number above 0, got 0'],
    ['rate_limiting.defaults.search.capacity', '.inf', 'expected a number above 0, got .inf'],
    [
      'rate_limiting.defaults.search.capacity',
      '"30"',
      'expected a number above 0, got "30"; a text is no number: remove the quotes',
    ],
    ['rate_limiting.defaults.search.window_seconds', '1m', 'expected a number above 0, got 1m'],
    ['rate_limiting.defaults.search.window', '0', '(must be above 0)'],
    ['retry.retryable_codes', '429', 'expected a list of HTTP statuses, got 429'],
    ['retry', '5', 'expected a map with enabled, retryable_codes, budget, network_timeout, default_policy, '],
    ['retry.budget', '5', 'expected true, false or a map with ratio and min_retries_per_second, got 5'],
    ['retry.budget.ratio', '1.1', 'expected a number from 0 to 1, got 1.1'],
    ['retry.budget.min_retries_per_second', '-1', 'expected a number of at least 0, got -1'],
    [
      'retry.default_policy',
      'expensive',
      'expected a map with max_attempts, base_delay, max_delay, exponential_base, jitter, got expensive',
    ],
    [
      'retry.default_policy.base_delay',
      '5 weeks',
      `${duration}, got 5 weeks (unknown unit; the units are ms, s, m and h)`,
    ],
    ['retry.default_policy.base_delay', '-1', `${duration}, got -1 (negative)`],
    ['retry.default_policy.max_delay', '600h', '(longer than a timer can wait (24.8 days))'],
    ['retry.default_policy.base_delay', '.nan', `${duration}, got .nan`],
    ['retry.default_policy.exponential_base', '0.5', 'expected a number of at least 1, got 0.5'],
    [
      'retry.default_policy.jitter',
      'ful',
      'expected true, false or one of original, full, decorrelated, none, got ful; did you mean "full"?',
    ],
    ['circuit_breaker', 'true', 'expected a map with enabled, failure_ratio, '],
    ['circuit_breaker.failure_ratio', '0', 'expected a number above 0 and at most 1, got 0'],
    ['circuit_breaker.failure_ratio', '50', 'expected a number above 0 and at most 1, got 50'],
    ['circuit_breaker.minimum_calls', '0.5', 'expected a whole number of at least 1, got 0.5'],
    ['circuit_breaker.consecutive_failures', '0', 'expected a whole number of at least 1, got 0'],
    ['circuit_breaker.window', '0', '(must be above 0)'],
    ['circuit_breaker.open_for', '25d', '(unknown unit'],
    ['circuit_breaker.half_open_probes', '0', 'expected a whole number of at least 1, got 0'],
    ['circuit_breaker.mode', 'shadwo', 'expected one of enforce, shadow, got shadwo; did you mean "shadow"?'],
    ['bulkhead.limit', '0', 'expected a whole number of at least 1, got 0'],
    ['bulkhead.queue', '-1', 'expected a whole number of at least 0, got -1'],
    ['timeout.total', '0', '(must be above 0)'],
    ['timeout.attempt', '30d', '(unknown unit'],
    ['operations', '[search]', 'got a list'],
    [
      'operations.a',
      '5',
      'expected a map with rate_limit, rate_limits, retry, retry_budget, hedge, circuit_breaker, bulkhead, timeout, error_rules, got 5',
    ],
    ['operations.a.rate_limit', 'true', 'expected false or a map with capacity and window, got true'],
    ['operations.a.rate_limit.per', 'cal', 'expected one of call, attempt, got cal; did you mean "call"?'],
    [
      'operations.a.retry',
      '5',
      "expected true, false or the name of a retry policy, or a map of a policy's fields, got 5",
    ],
    ['operations.a.retry', '[expensive]', 'got a list'],
    ['operations.a.retry.max_attempts', '0', 'expected a whole number of at least 1, got 0'],
    [
      'operations.a.circuit_breaker',
      'on',
      'expected true, false or a map of circuit breaker fields, got on; only true and false',
    ],
    ['operations.a.circuit_breaker.failure_ratio', 'x', 'expected a number above 0 and at most 1, got x'],
    ['operations.a.bulkhead', 'true', 'expected false or a map with limit, got true'],
    ['operations.a.timeout', '30s', 'expected false or a map with total and attempt, got 30s'],
    ['upstreams', '{}', 'expected a list of rules with match and operation, got a map'],
    ['health_checks.interval', '0', '(must be above 0)'],
    ['health_checks.failure_threshold', '2.5', 'expected a whole number of at least 1, got 2.5'],
    [
      'health_checks.providers.database.check_type',
      '5',
      'expected one of ping, health_check, get_collection, embed, generate, http, tcp, callable, got 5',
    ],
    ['health_checks.degraded_mode.disable_features', 'all', 'expected a list of feature names, got all'],
    ['admin.port', '65536', 'expected a whole number from 0 to 65535, got 65536'],
    ['admin.port', '-1', 'expected a whole number from 0 to 65535, got -1'],
    ['admin.host', '" "', 'expected an address to listen on, got " "'],
    ['admin.liveness_limit', '999ms', `${duration}, got 999ms (must be at least 1s)`],
    ['admin.liveness_limit', 'never', `${duration}, got never (not a number with a unit`],
    ['admin.readiness_limit', '0', `${duration}, got 0 (must be above 0)`],
    ['admin.allowed_hosts', 'a.com', 'expected a list of host names, got a.com'],
    ['shutdown', '10s', 'expected a map with drain_limit, delay, got 10s'],
    ['shutdown.drain_limit', '-1s', `${duration}, got -1s (negative)`],
    ['shutdown.drain_limit', '25d', '(unknown unit'],
    ['shutdown.delay', '600h', '(longer than a timer can wait (24.8 days))'],
    ['telemetry', 'false', 'expected a map with sampling, record_key, gen_ai, log_level, got false'],
    ['telemetry.sampling', '0.1', 'expected a map with keep_slower_than, keep_what_hurts, got 0.1'],
    ['telemetry.sampling.keep_slower_than', '-1', `${duration}, got -1 (negative)`],
    [
      'telemetry.sampling.keep_what_hurts',
      'on',
      'expected true or false, got on; only true and false, without quotes, are booleans',
    ],
    ['telemetry.record_key', 'true', 'expected false or hashed, got true'],
    ['telemetry.record_key', 'hashd', 'expected false or hashed, got hashd; did you mean "hashed"?'],
    ['telemetry.log_level', 'wran', 'expected one of off, error, warn, info, got wran; did you mean "warn"?'],
    ['telemetry.log_level', 'debug', 'expected one of off, error, warn, info, got debug'],
  ])('%s: %s is refused where it stands', (path, value, message) => {
    const text = at(path, value);
    const lastLine = text.split('\n').at(-1) ?? '';
    expect(problemsOf(text).filter((problem) => problem.includes(` runtime.${path}: `))).toEqual([
      expect.stringContaining(`${text.split('\n').length}:${lastLine.lastIndexOf(value) + 1} runtime.${path}: `),
    ]);
    expect(problemsOf(text).join('\n')).toContain(message);
  });

  it.each([
    [
      'runtime: {retry: {retryable_codes: [429, 99, 4.5]}}',
      ['runtime.retry.retryable_codes[1]', 'runtime.retry.retryable_codes[2]'],
    ],
    ['runtime: {operations: {" a": {}}}', ['runtime.operations[" a"]']],
    [
      'runtime: {rate_limiting: {defaults: {search: {window: 1m, window_seconds: 60}}}}',
      ['runtime.rate_limiting.defaults.search.window'],
    ],
  ])('%s is refused at %j', (text, paths) => {
    expect(errorOf(() => parse(text)).problems.map(({ path }) => path)).toEqual(paths);
  });
});

describe('a name that can be none', () => {
  const expected = 'expected a name that is not empty and has no spaces at its ends';

  it.each([
    ['runtime:\n  operations:\n    " ":\n      retry: quick', '3:5 runtime.operations[" "]', '" "'],
    ['runtime:\n  operations:\n    "": {}', '3:5 runtime.operations[""]', '""'],
    ['runtime: {health_checks: {providers: {"a ": {}}}}', '1:39 runtime.health_checks.providers["a "]', '"a "'],
    ['runtime: {rate_limiting: {overrides: {" ": {}}}}', '1:39 runtime.rate_limiting.overrides[" "]', '" "'],
  ])('is told at the name: %j', (text, place, shown) => {
    expect(problemsOf(text)).toEqual([`${place}: ${expected}, got ${shown}`]);
  });

  it('does not hide what else is wrong', () => {
    expect(problemsOf('runtime: {operations: {" a": {}, b: 5, c: {retry: qick}}}')).toEqual([
      `1:24 runtime.operations[" a"]: ${expected}, got " a"`,
      expect.stringContaining('1:37 runtime.operations.b: expected a map with'),
      expect.stringContaining('1:51 runtime.operations.c.retry: no retry policy is called qick'),
    ]);
  });
});

describe('limits of what is allowed', () => {
  it.each([
    'timeout: {total: 1, attempt: 1}',
    'rate_limiting: {max_keys: 100000000}',
    'retry: {quick_policy: {base_delay: 1, max_delay: 1}}',
    'retry: {budget: {ratio: 0, min_retries_per_second: 0}}',
    'retry: {quick_policy: {base_delay: 0, max_delay: 0, exponential_base: 1}}',
    'circuit_breaker: {failure_ratio: 1}',
    'bulkhead: {limit: 1, queue: 0, queue_timeout: 0}',
    'admin: {port: 65535}',
    'admin: {liveness_limit: 1s, readiness_limit: 1ms}',
    'shutdown: {drain_limit: 0, delay: 0}',
    'telemetry: {sampling: {keep_slower_than: 0}}',
  ])('%s is allowed', (sections) => {
    expect(parse(`runtime: {${sections}}`).warnings).toEqual([]);
  });
});

describe('an unknown key', () => {
  it.each([
    ['rate_limiting.enabeld', 'enabled'],
    ['rate_limiting.defaults.search.windowSeconds', 'window_seconds'],
    ['retry.retryable_code', 'retryable_codes'],
    ['retry.expensive_polcy', 'expensive_policy'],
    ['retry.quick_policy.max_atempts', 'max_attempts'],
    ['circuit_breaker.failure_rate', 'failure_ratio'],
    ['operations.a.rate_limt', 'rate_limit'],
    ['operations.a.retry.max_atempts', 'max_attempts'],
    ['operations.a.circuit_breaker.open_fro', 'open_for'],
    ['health_checks.providers.database.intervall', 'interval'],
    ['admin.prot', 'port'],
    ['admin.livenes_limit', 'liveness_limit'],
    ['admin.allowed_host', 'allowed_hosts'],
    ['shutdown.drain_limt', 'drain_limit'],
    ['telemetry.sampling.keep_slower_then', 'keep_slower_than'],
    ['telemetry.sampling.keep_what_hurt', 'keep_what_hurts'],
    ['telemetry.record_keys', 'record_key'],
    ['health_checks.providers.a.expected_status', 'expect_status'],
  ])('%s is refused at the key, and %s suggested', (path, key) => {
    const text = at(path, '1');
    const name = path.split('.').at(-1) ?? '';
    const lines = text.split('\n');
    expect(problemsOf(text)).toEqual([
      `${lines.length}:${lines.length * 2 - 1} runtime.${path}: unknown key "${name}"; did you mean "${key}"?`,
    ]);
  });

  it('that resembles nothing gets the list of known ones', () => {
    expect(problemsOf(at('admin.colour', 'red'))).toEqual([
      '3:5 runtime.admin.colour: unknown key "colour"; known here: enabled, host, port, liveness_limit, readiness_limit, allowed_hosts',
    ]);
  });
});
