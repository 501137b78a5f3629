import { resolveRuntimeConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { parse, problemsOf, warningsOf, yaml } from '../../support/config.ts';

describe('health_checks', () => {
  it('gives every check the times and thresholds of the section, unless it says otherwise', () => {
    const { config, warnings } = parse(yaml`
      runtime:
        operations: {db.query: {}}
        health_checks:
          interval: 20
          timeout: 500ms
          failure_threshold: 4
          success_threshold: 2
          minimum_dwell: 1m
          initial_delay: 3s
          flapping: {window: 15m}
          providers:
            database: {operation: db.query, interval: 5s, failure_threshold: 1}
            cache: {required: false, enabled: false, check_type: get_collection, success_threshold: 1}
            queue:
    `);
    expect(warnings).toEqual([]);
    expect(config.healthChecks).toEqual({
      enabled: true,
      intervalMs: 20_000,
      timeoutMs: 500,
      failureThreshold: 4,
      successThreshold: 2,
      minimumDwellMs: 60_000,
      initialDelayMs: 3000,
      flapping: { windowMs: 900_000, transitions: 5 },
      providers: {
        database: {
          enabled: true,
          checkType: 'ping',
          intervalMs: 5000,
          timeoutMs: 500,
          failureThreshold: 1,
          successThreshold: 2,
          operation: 'db.query',
        },
        cache: {
          enabled: false,
          checkType: 'get_collection',
          intervalMs: 20_000,
          timeoutMs: 500,
          failureThreshold: 4,
          successThreshold: 1,
          required: false,
        },
        queue: {
          enabled: true,
          checkType: 'ping',
          intervalMs: 20_000,
          timeoutMs: 500,
          failureThreshold: 4,
          successThreshold: 2,
        },
      },
      degradedMode: { continueOnDegraded: true, disableFeatures: [] },
    });
  });

  it('come out of code as they come out of a file, and a finished one unchanged', () => {
    const config = resolveRuntimeConfig({
      operations: { 'db.query': {} },
      healthChecks: {
        flapping: { transitions: 3 },
        initialDelayMs: 0,
        providers: { database: { operation: 'db.query', callable: 'app.check' } },
      },
    });
    const { healthChecks } = parse(yaml`
      runtime:
        operations: {db.query: {}}
        health_checks:
          flapping: {transitions: 3}
          initial_delay: 0
          providers: {database: {operation: db.query, callable: app.check}}
    `).config;
    expect(config.healthChecks).toEqual(healthChecks);
    expect(resolveRuntimeConfig(config)).toEqual(config);
    expect(healthChecks.providers.database?.callable).toBe('app.check');
  });

  it('refuse an operation that is not configured, and suggest the one that was meant', () => {
    const text = yaml`
      runtime:
        operations: {db.query: {}}
        health_checks:
          providers: {database: {operation: db.qery}}
    `;
    expect(problemsOf(text)).toEqual([
      '4:39 runtime.health_checks.providers.database.operation: no operation is called db.qery; did you mean "db.query"?',
    ]);
  });

  it.each([
    ['required: true', true],
    ['required: false', false],
    ['required:', undefined],
    ['enabled: true', undefined],
  ])('are required, optional or one among others: %s', (line, required) => {
    const { a } = parse(`runtime: {health_checks: {providers: {a: {${line}}}}}`).config.healthChecks.providers;
    expect(a).toMatchObject({ enabled: true, checkType: 'ping' });
    expect(a?.required).toBe(required);
    expect(Object.hasOwn(a ?? {}, 'required')).toBe(required !== undefined);
  });

  it('may follow an operation that only the table of limits knows', () => {
    expect(parse('runtime: {health_checks: {providers: {a: {operation: search}}}}').warnings).toEqual([]);
  });

  it.each([
    ['flapping: {transitions: 1}', 'expected a whole number of at least 2, got 1'],
    ['flapping: {window: 0}', '(must be above 0)'],
    ['minimum_dwell: -1s', '(negative)'],
    ['initial_delay: 600h', '(longer than a timer can wait (24.8 days))'],
    ['providers: {a: {check_type: pign}}', 'got pign; did you mean "ping"?'],
    ['providers: {a: {required: maybe}}', 'expected true or false, got maybe'],
    ['providers: {a: {failure_threshold: 0}}', 'expected a whole number of at least 1, got 0'],
    ['min_dwell: 1s', 'unknown key "min_dwell"'],
  ])('refuse %s', (line, message) => {
    expect(problemsOf(`runtime:\n  health_checks:\n    ${line}`)).toEqual([expect.stringContaining(message)]);
  });
});

describe('the linter', () => {
  const checks = (lines: string): string => `runtime:\n  health_checks:\n    ${lines}`;

  it('warns of a timeout that is not shorter than the interval, at the field that is written', () => {
    const message =
      'timeout is not shorter than interval, so a check that hangs is still waited for when its next run is due, and that run is skipped; lower timeout or raise interval';
    expect(warningsOf(checks('timeout: 30'))).toEqual([`3:14 runtime.health_checks.timeout: ${message}`]);
    expect(warningsOf(checks('interval: 10s'))).toEqual([`3:15 runtime.health_checks.interval: ${message}`]);
    expect(warningsOf(checks('{interval: 10001ms, timeout: 10}'))).toEqual([]);
  });

  it('says of a provider only what the provider itself wrote', () => {
    expect(warningsOf(checks('{timeout: 40, providers: {a: {}, b: {timeout: 41}}}'))).toEqual([
      expect.stringContaining('runtime.health_checks.timeout: '),
      expect.stringContaining('runtime.health_checks.providers.b.timeout: '),
    ]);
    expect(warningsOf(checks('providers: {a: {interval: 10}, off: {enabled: false, interval: 1}}'))).toEqual([
      expect.stringContaining('runtime.health_checks.providers.a.interval: '),
    ]);
    expect(warningsOf(checks('{enabled: false, interval: 1}'))).toEqual([]);
  });

  it('warns of checks several times a second', () => {
    expect(warningsOf(checks('{interval: 1s, timeout: 1ms}'))).toEqual([]);
    expect(warningsOf(checks('{timeout: 1ms, providers: {a: {interval: 0.999}}}'))).toEqual([
      expect.stringContaining('providers.a.interval: several runs a second are a load of their own'),
    ]);
  });

  it('warns of a dwell time in which flapping cannot be seen', () => {
    expect(warningsOf(checks('minimum_dwell: 150s'))).toEqual([]);
    expect(warningsOf(checks('minimum_dwell: 151s'))).toEqual([
      expect.stringMatching(/^3:20 runtime.health_checks.minimum_dwell: a status that holds this long/),
    ]);
  });
});
