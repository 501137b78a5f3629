import { type RuntimeConfigInput, resolveRuntimeConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { errorOf, parse, problemsOf, warningsOf, yaml } from '../../support/config.ts';

describe('what the agent reads', () => {
  it('says in YAML what it says in code, and a finished one stays the same', () => {
    const { config, warnings } = parse(yaml`
      runtime:
        admin: {liveness_limit: 1m, readiness_limit: 1500ms, allowed_hosts: [Metrics.example.com, "*.Example.org."]}
        shutdown: {drain_limit: 25, delay: 5s}
        telemetry:
          sampling: {keep_slower_than: 750ms, keep_what_hurts: false}
          record_key: hashed
          gen_ai: false
          log_level: off
    `);
    const input: RuntimeConfigInput = {
      admin: {
        livenessLimitMs: 60_000,
        readinessLimitMs: 1500,
        allowedHosts: ['metrics.example.com', '*.example.org', 'METRICS.example.com'],
      },
      shutdown: { drainLimitMs: 25_000, delayMs: 5000 },
      telemetry: {
        sampling: { keepSlowerThanMs: 750, keepWhatHurts: false },
        recordKey: 'hashed',
        genAi: false,
        logLevel: 'off',
      },
    };
    expect(warnings).toEqual([]);
    expect(config.admin).toEqual({
      enabled: true,
      host: '127.0.0.1',
      port: 9464,
      livenessLimitMs: 60_000,
      readinessLimitMs: 1500,
      allowedHosts: ['metrics.example.com', '*.example.org'],
    });
    expect(config.shutdown).toEqual(input.shutdown);
    expect(config.telemetry).toEqual(input.telemetry);
    expect(resolveRuntimeConfig(input)).toEqual(config);
    expect(resolveRuntimeConfig(config)).toEqual(config);
  });

  it('keeps the default of each field that is left out', () => {
    const { admin, shutdown, telemetry } = resolveRuntimeConfig();
    const config = parse(yaml`
      runtime:
        admin: {readiness_limit: 1}
        shutdown: {delay: 1}
        telemetry: {sampling: {keep_what_hurts: false}}
    `).config;
    expect(config.admin).toEqual({ ...admin, readinessLimitMs: 1000 });
    expect(config.shutdown).toEqual({ ...shutdown, delayMs: 1000 });
    expect(config.telemetry).toEqual({ ...telemetry, sampling: { ...telemetry.sampling, keepWhatHurts: false } });
  });

  it.each(['off', 'error', 'warn', 'info'])('writes messages from the level %s on', (level) => {
    expect(parse(`runtime: {telemetry: {log_level: ${level}}}`).config.telemetry.logLevel).toBe(level);
  });

  it.each([
    'https://a.com',
    'a.com:9464',
    'a.com/x',
    '""',
    '"a b"',
    '"*"',
    '"*.*.com"',
    '"::1"',
    '"."',
    '"*.."',
    'a..',
    'a..b',
    'a..',
    'a..b',
  ])('allows no host that is no name: %s', (name) => {
    expect(problemsOf(`runtime:\n  admin:\n    allowed_hosts: [b.com, ${name}]`)).toEqual([
      `3:28 runtime.admin.allowed_hosts[1]: expected a host name without scheme and port, such as metrics.example.com or *.example.com (IP addresses need no entry), got ${name}`,
    ]);
  });

  it('takes milliseconds in code, and says so', () => {
    const { problems } = errorOf(() => resolveRuntimeConfig({ admin: { livenessLimitMs: 30 } }));
    expect(problems).toEqual([
      expect.objectContaining({
        path: 'admin.livenessLimitMs',
        message: 'expected milliseconds as a number, got 30 (must be at least 1s)',
      }),
    ]);
  });
});

describe('the linter', () => {
  const message =
    'readiness_limit is longer than liveness_limit, so a stuck process is restarted before it stops getting traffic; lower readiness_limit or raise liveness_limit';

  it('warns of a readiness that outlasts liveness, at the field that is written', () => {
    expect(warningsOf('runtime: {admin: {readiness_limit: 31s}}')).toEqual([
      `1:36 runtime.admin.readiness_limit: ${message}`,
    ]);
    expect(warningsOf('runtime: {admin: {liveness_limit: 4s}}')).toEqual([
      `1:35 runtime.admin.liveness_limit: ${message}`,
    ]);
    expect(warningsOf('runtime: {admin: {liveness_limit: 5s}}')).toEqual([]);
    expect(warningsOf('runtime: {admin: {enabled: false, liveness_limit: 4s}}')).toEqual([]);
  });
});
