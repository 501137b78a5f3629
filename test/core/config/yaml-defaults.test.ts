import { parseRuntimeConfig, resolveRuntimeConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { errorOf, parse, problemsOf, warningsOf, yaml } from '../../support/config.ts';

const DEFAULTS = resolveRuntimeConfig();

describe('a configuration that says nothing', () => {
  it.each([
    ['an empty file', ''],
    ['only comments', '# nothing\n'],
    ['null', '~'],
    ['an empty map', '{}'],
    ['runtime left empty', 'runtime:'],
    ['runtime as an empty map', 'runtime: {}'],
    ['only sections of others', 'crossbridge:\n  a: 1\nother: [1, 2]\n'],
    [
      'every section left empty',
      'runtime:\n  rate_limiting:\n  retry:\n  health_checks:\n  circuit_breaker:\n  bulkhead:\n  hedge:\n  timeout:\n  operations:\n  upstreams:\n  admin:\n  shutdown:\n  telemetry:\n',
    ],
    [
      'keys left empty',
      'runtime:\n  rate_limiting:\n    enabled:\n    defaults:\n      search:\n    overrides:\n  retry:\n    default_policy:\n    quick_policy:\n      jitter:\n    retryable_codes:\n    budget:\n  health_checks:\n    flapping:\n      window:\n    initial_delay:\n    providers:\n    degraded_mode:\n  admin:\n    port:\n    allowed_hosts:\n  shutdown:\n    delay:\n  telemetry:\n    sampling:\n      keep_what_hurts:\n    record_key:\n    gen_ai:\n    log_level:\n',
    ],
  ])('is the defaults: %s', (_name, text) => {
    const { config, warnings } = parse(text);
    expect(config).toEqual(DEFAULTS);
    expect(warnings).toEqual([]);
  });

  it('has the limits, policies and checks of the original', () => {
    expect(DEFAULTS.rateLimiting).toEqual({
      enabled: true,
      defaults: {
        search: { capacity: 30, windowSeconds: 60 },
        transform: { capacity: 10, windowSeconds: 60 },
        embed: { capacity: 60, windowSeconds: 60 },
        ai_generate: { capacity: 20, windowSeconds: 60 },
        health_check: { capacity: 100, windowSeconds: 60 },
      },
      overrides: {},
      maxKeys: 100_000,
    });
    const jitter = 'original';
    expect(DEFAULTS.retry).toEqual({
      enabled: true,
      policies: {
        default: { maxAttempts: 3, baseDelayMs: 500, maxDelayMs: 5000, exponentialBase: 2, jitter },
        expensive: { maxAttempts: 5, baseDelayMs: 1000, maxDelayMs: 10_000, exponentialBase: 2, jitter },
        quick: { maxAttempts: 2, baseDelayMs: 100, maxDelayMs: 1000, exponentialBase: 2, jitter },
        conservative: { maxAttempts: 3, baseDelayMs: 2000, maxDelayMs: 30_000, exponentialBase: 3, jitter },
      },
      retryableCodes: [429, 500, 502, 503, 504],
      budget: { ratio: 0.2, minRetriesPerSecond: 10 },
    });
    expect(DEFAULTS.healthChecks).toEqual({
      enabled: true,
      intervalMs: 30_000,
      timeoutMs: 10_000,
      failureThreshold: 3,
      successThreshold: 1,
      minimumDwellMs: 0,
      flapping: { windowMs: 600_000, transitions: 5 },
      providers: {},
      degradedMode: { continueOnDegraded: true, disableFeatures: [] },
    });
    expect(DEFAULTS.upstreams).toEqual([]);
  });

  it('has what the agent reads', () => {
    expect(DEFAULTS.admin).toEqual({
      enabled: true,
      host: '127.0.0.1',
      port: 9464,
      livenessLimitMs: 30_000,
      readinessLimitMs: 5000,
      allowedHosts: [],
    });
    expect(DEFAULTS.shutdown).toEqual({ drainLimitMs: 10_000, delayMs: 0 });
    expect(DEFAULTS.telemetry).toEqual({
      sampling: { keepSlowerThanMs: 5000, keepWhatHurts: true },
      recordKey: false,
      genAi: true,
      logLevel: 'warn',
    });
  });

  it('gives the operations of the limit table a limit and nothing else', () => {
    expect(DEFAULTS.operations.ai_generate).toEqual({
      rateLimit: {
        name: 'ai_generate',
        by: 'key',
        capacity: 20,
        windowSeconds: 60,
        per: 'call',
        mode: 'enforce',
        maxWaitMs: 0,
        queue: 1000,
      },
      rateLimits: [],
      retry: null,
      retryBudget: null,
      hedge: null,
      circuitBreaker: null,
      bulkhead: null,
      timeout: { totalMs: null, attemptMs: null, mode: 'enforce' },
    });
    expect(Object.keys(DEFAULTS.operations).sort()).toEqual([
      'ai_generate',
      'embed',
      'health_check',
      'search',
      'transform',
    ]);
  });

  it('is frozen to the last leaf', () => {
    const thawed = (value: unknown): boolean =>
      typeof value === 'object' && value !== null && (!Object.isFrozen(value) || Object.values(value).some(thawed));
    expect(thawed(parse('runtime: {upstreams: [{match: {method: GET}, operation: search}]}'))).toBe(true);
    expect(thawed(parse('runtime: {upstreams: [{match: {method: GET}, operation: search}]}').config)).toBe(false);
    expect(thawed(DEFAULTS)).toBe(false);
  });

  it('knows no operation by an inherited name', () => {
    expect(DEFAULTS.operations.constructor).toBeUndefined();
    expect(DEFAULTS.retry.policies.toString).toBeUndefined();
    expect(DEFAULTS.rateLimiting.defaults.valueOf).toBeUndefined();
  });
});

describe('a file of the wrong kind', () => {
  it.each([
    ['- a\n- b', '1:1 runtime: the file must be a map with the section "runtime", but it is a list'],
    ['hello', '1:1 runtime: the file must be a map with the section "runtime", but it is a text'],
    ['42', '1:1 runtime: the file must be a map with the section "runtime", but it is 42'],
    ['runtime: [1]', '1:10 runtime: expected a map of sections (rate_limiting, '],
    ['a: 1\nruntime: yes', '2:10 runtime: expected a map of sections (rate_limiting, '],
  ])('%j is refused', (text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    ['a: [1', 1],
    ['runtime:\n\tretry: {}', 2],
    ['a: b: c', 1],

    ['"unclosed', 1],
  ])('%j is no YAML, and the place is told', (text, line) => {
    const { problems, message } = errorOf(() => parse(text));
    expect(problems[0]).toMatchObject({
      file: 'crossbridge.yml',
      line,
      message: expect.stringContaining('not valid YAML'),
    });
    expect(message).not.toContain('|');
  });

  it('is refused when it holds a second document', () => {
    expect(problemsOf('a: 1\n---\nb: 2')).toEqual([
      '2:1 : the file holds more than one YAML document; remove the "---" between them',
    ]);
  });

  it('is refused when it is nested out of all reason', () => {
    expect(problemsOf(`\nruntime: ${'['.repeat(50_000)}`)).toEqual(['2:110 : nested too deeply']);
    expect(problemsOf(`runtime: {admin: ${'['.repeat(40)}${']'.repeat(40)}}`).join()).toContain('nested too deeply');
  });

  it('says that a placeholder inside braces needs quotes', () => {
    expect(problemsOf('runtime:\n  admin: {port: $' + '{PORT:-1}}')[0]).toContain(
      'inside { } or [ ] a placeholder needs quotes',
    );
  });
});

describe('sections of others', () => {
  const foreign = yaml`
    runtime:
      sidecar:
        queue: {max_size: "\${SIDECAR_QUEUE_SIZE:-5000}"}
        key: \${OPENAI_API_KEY}
      retry:
      profiling: [1, 2]
  `;

  it('are ignored with one warning that names them, placeholders and all', () => {
    expect(parse(foreign).config).toEqual(DEFAULTS);
    expect(warningsOf(foreign)).toEqual([
      '2:3 runtime.sidecar: ignored, since CrossBridge has no such sections: sidecar, profiling',
    ]);
  });

  it.each(['rate_limitting', 'operation', 'rateLimiting', 'Retry', 'upstream', 'time_out', 'shut_down', 'telemetri'])(
    'are not assumed behind a slip of the pen: %s',
    (name) => {
      expect(problemsOf(`runtime:\n  ${name}: {}`)).toEqual([
        expect.stringMatching(new RegExp(`^2:3 runtime.${name}: unknown section "${name}"; did you mean "`)),
      ]);
    },
  );

  it('may hold the same key twice, ours may not', () => {
    expect(parse('a: {b: 1, b: 2}\nruntime: {sidecar: {c: 1, c: 2}}').warnings).toHaveLength(1);
    expect(problemsOf('runtime:\n  admin:\n    port: 1\n    port: 2')).toEqual([
      '4:5 runtime.admin.port: this key stands twice in the same map; remove one of the two',
    ]);
    expect(problemsOf('runtime: {}\nruntime: {}')).toEqual([
      expect.stringContaining('2:1 runtime: this key stands twice'),
    ]);
    expect(problemsOf('runtime:\n  retry: {}\n  retry: {}')).toEqual([
      expect.stringContaining('3:3 runtime.retry: this key'),
    ]);
    expect(problemsOf('runtime:\n  upstreams:\n  - operation: search\n    match: {}\n    operation: embed')).toEqual([
      expect.stringContaining('5:5 runtime.upstreams[0].operation: this key'),
    ]);
  });

  it('are warned of when they look like ours without runtime', () => {
    expect(warningsOf('runtme:\n  retry: {}')).toEqual([
      '1:1 runtime: the file has no section "runtime", so every default is in use; did you mean "runtime" instead of "runtme"?',
    ]);
    expect(warningsOf('a: 1\nretry: {}')[0]).toContain('"retry" must stand under "runtime:"');
  });
});

describe('parsing', () => {
  it('names the file as it was told', () => {
    const load = () => parseRuntimeConfig('runtime: 1', { file: 'conf/x.yml', env: {} });
    expect(errorOf(load).message).toContain('conf/x.yml has 1 problem:\n  conf/x.yml:1:10  runtime: expected a map');
  });
});
