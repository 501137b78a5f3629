// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested here.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorOf, parse, problemsOf, warningsOf } from '../../support/config.ts';

describe('a placeholder in a file', () => {
  it.each([
    ['9464', 9464],
    ['0x10', 16],
    [' 80 ', 80],
    ['', 9464],
  ])('that is a whole plain value takes the type of what it became: %j', (value, port) => {
    expect(parse('runtime:\n  admin:\n    port: ${PORT}', { PORT: value }).config.admin.port).toBe(port);
  });

  it('gives booleans, words, durations and lists their types', () => {
    const text = [
      'runtime:',
      '  rate_limiting:',
      '    enabled: ${RL:-false}',
      '  retry:',
      '    retryable_codes:',
      '      - ${CODE}',
      '    default_policy:',
      '      base_delay: ${DELAY:-250}ms',
      '      jitter: ${JITTER:-full}',
      '  admin:',
      '    host: ${HOST:-127.0.0.1}',
    ].join('\n');
    const { config } = parse(text, { CODE: '418' });
    expect(config.rateLimiting.enabled).toBe(false);
    expect(config.retry.retryableCodes).toEqual([418]);
    expect(config.retry.policies.default).toMatchObject({ baseDelayMs: 250, jitter: 'full' });
    expect(config.admin.host).toBe('127.0.0.1');
    expect(parse(text, { CODE: '418', RL: 'true', JITTER: 'false' }).config).toMatchObject({
      rateLimiting: { enabled: true },
      retry: { policies: { default: { jitter: 'none' } } },
    });
  });

  it('stays text in quotes', () => {
    expect(problemsOf('runtime: {admin: {port: "${PORT}"}}', { PORT: '80' })).toEqual([
      '1:25 runtime.admin.port: expected a whole number from 0 to 65535, got "${PORT}"; a text is no number: remove the quotes',
    ]);
    expect(parse('runtime: {admin: {host: "${HOST}"}}', { HOST: '80' }).config.admin.host).toBe('80');
  });

  it('cannot bring in structure', () => {
    expect(problemsOf('runtime:\n  admin: ${X}', { X: '{port: 1}' })).toEqual([
      '2:10 runtime.admin: expected a map with enabled, host, port, liveness_limit, readiness_limit, allowed_hosts, got ${X}',
    ]);
  });

  it('can be escaped', () => {
    expect(parse('runtime: {admin: {host: "$${HOST}"}}').config.admin.host).toBe('${HOST}');
  });

  it('is not looked at in keys', () => {
    expect(Object.keys(parse('runtime: {operations: {"${A}": {}}}').config.operations)).toContain('${A}');
  });

  it.each([
    ['runtime:\n  admin:\n    port: ${PORT}', '3:11 runtime.admin.port: environment variable PORT is not set'],
    ['runtime:\n  admin:\n    host: a${B}c${HOST}', '3:17 runtime.admin.host: environment variable HOST is not set'],
    ['runtime:\n  admin:\n    host: "a${HOST}"', '3:13 runtime.admin.host: environment variable HOST is not set'],
    ['runtime:\n  admin:\n    host: "\\ta${HOST}"', '3:11 runtime.admin.host: environment variable HOST is not set'],
    ['runtime:\n  admin:\n    host: ${HOST', '3:11 runtime.admin.host: a placeholder is not closed'],
    [
      'a: &h ${HOST}\nruntime:\n  admin:\n    host: *h',
      '4:11 runtime.admin.host: environment variable HOST is not set',
    ],
  ])('that cannot be resolved is refused where it starts: %j', (text, problem) => {
    expect(problemsOf(text, { B: 'b' })).toEqual([expect.stringContaining(problem)]);
  });

  it('that cannot be resolved is the only problem of its value', () => {
    expect(problemsOf('runtime:\n  upstreams:\n    - match: {}\n      operation: ${OP}')).toHaveLength(1);
    expect(problemsOf('runtime:\n  bulkhead:\n    limit: ${N}')).toHaveLength(1);
  });

  it('never gives its value away', () => {
    const secret = 'hunter2-not-a-duration';
    const text = [
      'runtime:',
      '  rate_limiting: {enabled: "${S}", overrides: {k: {search: {capacity: "${S}"}}}}',
      '  retry: {default_policy: {base_delay: "${S}", jitter: "${S}"}, budget: "${S}"}',
      '  operations:',
      '    a: {retry: "${S}", timeout: {total: "${S}"}, circuit_breaker: "${S}"}',
      '    b: {retry: {policy: "${S}", max_attempts: "${S}"}}',
      '  upstreams:',
      '    - {match: {host: "x/${S}", path: "${S}", method: "${S}"}, operation: "${S}", idempotent: "${S}"}',
      '  admin: "${S}"',
    ].join('\n');
    const error = errorOf(() => parse(text, { S: secret }));
    expect(error.problems.length).toBeGreaterThan(14);
    expect(JSON.stringify([error.message, error.problems, String(error.stack)])).not.toContain('hunter2');
  });

  it('never gives its value away in rules between values and in warnings', () => {
    const text = [
      'runtime:',
      '  operations:',
      '    a:',
      '      retry:',
      '        max_attempts: ${N}',
      '        base_delay: ${BASE}',
      '        max_delay: ${MAX:-1ms}',
      '      timeout:',
      '        total: ${TOTAL}',
      '        attempt: ${ATTEMPT:-1s}',
    ].join('\n');
    const figures = { N: '8831', BASE: '7717s', TOTAL: '6623s' };
    expect(problemsOf(text, figures)).toEqual([
      '7:20 runtime.operations.a.retry.max_delay: max_delay (${MAX:-1ms}) is shorter than base_delay (${BASE}); raise the one or lower the other',
    ]);
    expect(
      problemsOf(
        'runtime: {retry: {default_policy: {max_delay: "${M}"}, x_policy: {base_delay: 9h}}, operations: {a: {retry: {policy: x, max_delay: 8h}}, b: {timeout: {attempt: 8h}}}, timeout: {total: "${T}"}}',
        { M: '7717ms', T: '6623ms' },
      ).join(),
    ).toMatch(
      /max_delay \("\$\{M\}", inherited\)((?!7717|6623|7\.7|6\.6).)*total \("\$\{T\}"\)((?!7717|6623|7\.7|6\.6).)*$/,
    );
    const warnings = warningsOf(text, { ...figures, MAX: '8812s' });
    expect(warnings).toHaveLength(1);
    expect(warnings.join()).not.toMatch(/8831|7717|6623|8812/);
  });

  it('resolves to the text of the variable, whatever that is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((value) => /\S/.test(value)),
        (value) => {
          expect(parse('runtime: {admin: {host: "${H}"}}', { H: value }).config.admin.host).toBe(value);
        },
      ),
    );
  });
});
