// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are part of what may come.
import {
  ConfigError,
  parseRuntimeConfig,
  type RuntimeConfigInput,
  resolveRuntimeConfig,
} from '@crossbridge/core/config';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../../packages/core/src/config/yaml/syntax.ts';

const KEYS = `
  runtime rate_limiting retry health_checks circuit_breaker bulkhead timeout operations upstreams admin
  rateLimiting healthChecks circuitBreaker policies rateLimit totalMs attemptMs baseDelayMs maxDelayMs
  methods enabled defaults overrides search capacity window window_seconds windowSeconds default_policy
  x_policy max_attempts base_delay max_delay jitter budget ratio limit queue total attempt policy
  rate_limits rateLimits name by per mode max_wait maxWaitMs hedge delay quantile max_hedges adaptive min_limit max_limit
  error_rules errorRules class code sqlstate retryable breaker flapping transitions minimum_dwell check_type required
  url expect_status expectStatus headers address liveness_limit livenessLimitMs readiness_limit allowed_hosts allowedHosts shutdown
  drain_limit drainLimitMs delayMs telemetry sampling keep_slower_than keep_what_hurts record_key recordKey gen_ai genAi log_level logLevel
  count_window slow_call per success_threshold queue_timeout rate_limit match operation idempotent host path method port providers constructor __proto__ sidecar a
`.split(/\s+/);
const key = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...KEYS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);
const scalar = fc.oneof(
  fc.constantFrom(true, false, null, 0, 1, 0.5, -1, 30, Number.POSITIVE_INFINITY, Number.NaN, 2 ** 31),
  fc.constantFrom(
    '1s',
    '250ms',
    '5 weeks',
    'expensive',
    'search',
    'a',
    'auto',
    'GET',
    'POST',
    '${A}',
    '${A:-1}',
    '${U}',
    '${',
    '/v1',
    'a.com',
    'full',
    '5xx',
    '40',
    'money',
    'http',
    'tcp',
    'http://a.com/health',
    'http://a:b@c.com',
    'a.com:80',
    'hashed',
    'off',
  ),
  fc.double(),
  fc.string({ unit: 'binary' }),
);
const tree = fc.letrec<{ tree: unknown; map: Record<string, unknown>; list: unknown[] }>((tie) => ({
  tree: fc.oneof({ maxDepth: 7, depthSize: 'large' }, scalar, tie('map'), tie('map'), tie('list')),
  map: fc.dictionary(key, tie('tree'), { maxKeys: 6, noNullPrototype: true }),
  list: fc.array(tie('tree'), { maxLength: 3 }),
}));
const runtime = fc.record({ runtime: tree.map });
const env = { A: 'expensive' };
const MODES = ['enforce', 'shadow'] as const;

/** As the library that reads it writes it. */
function toYaml(value: unknown, flow: boolean): string {
  const { document } = parseYaml('');
  document.contents = document.createNode(value) as typeof document.contents;
  return document.toString({ collectionStyle: flow ? 'flow' : 'block' });
}

/** Whatever it is, it is loaded or refused: never anything else. */
function load(run: () => unknown): ConfigError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error as ConfigError;
  }
}

function expectPlacesInside(text: string, error: ConfigError | undefined): void {
  const lines = text.split('\n');
  for (const { file, line = 0, column = 0, message } of error?.problems ?? []) {
    expect(file).toBe('f.yml');
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
    expect(message).not.toBe('');
  }
}

describe('any input', () => {
  it('that is YAML is loaded or refused, every problem inside the file', () => {
    let refused = 0;
    let loaded = 0;
    fc.assert(
      fc.property(fc.oneof(runtime, tree.tree), fc.boolean(), (value, flow) => {
        const text = toYaml(value, flow);
        const error = load(() => parseRuntimeConfig(text, { file: 'f.yml', env }));
        expectPlacesInside(text, error);
        if (error === undefined) loaded++;
        else refused++;
      }),
      { numRuns: 800 },
    );
    // Otherwise the inputs would test next to nothing.
    expect(Math.min(refused, loaded)).toBeGreaterThan(100);
  });

  it('that is text is loaded or refused, every problem inside the file', () => {
    const piece = fc.constantFrom(
      ...KEYS,
      ': ',
      ':\n',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      ', ',
      '"',
      "'",
      '&a ',
      '*a',
      '<<: ',
      '#',
      '|',
      '>',
      '? ',
      '!t ',
      '---',
      '\t',
      '\r\n',
      '${A}',
      '1',
      '\u0000',
      '\uFEFF',
    );
    const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, fc.boolean(), (tail, below) => {
        const whole = below ? `runtime:\n  ${tail}` : tail;
        expectPlacesInside(
          whole,
          load(() => parseRuntimeConfig(whole, { file: 'f.yml', env })),
        );
      }),
      { numRuns: 1500 },
    );
  });

  it('that is a good file with one line changed is loaded or refused', () => {
    const good =
      'runtime:\n  retry:\n    quick_policy: {max_attempts: 3}\n  operations:\n    a:\n      retry: quick\n      timeout: {total: 1s}\n  upstreams:\n    - match: {host: a.com}\n      operation: a\n'.split(
        '\n',
      );
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.nat(30),
        fc.string({ unit: 'binary', maxLength: 4 }),
        (at, column, insert) => {
          const line = good[at] ?? '';
          const text = good.with(at, line.slice(0, column) + insert + line.slice(column)).join('\n');
          expectPlacesInside(
            text,
            load(() => parseRuntimeConfig(text, { file: 'f.yml', env })),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('that is an object is completed or refused', () => {
    fc.assert(
      fc.property(fc.oneof(tree.map, tree.tree), (value) => {
        load(() => resolveRuntimeConfig(value as RuntimeConfigInput));
      }),
      { numRuns: 800 },
    );
  });

  it('that is accepted stays the same when it is completed again', () => {
    const duration = fc.integer({ min: 0, max: 5000 });
    const operation = fc.record(
      {
        retry: fc.oneof(
          fc.boolean(),
          fc.constantFrom('quick', 'expensive'),
          fc.record({ maxAttempts: fc.integer({ min: 1, max: 9 }), mode: fc.constantFrom(...MODES) }),
        ),
        circuitBreaker: fc.oneof(
          fc.boolean(),
          fc.record({ windowMs: duration.map((ms) => ms + 1) }),
          fc.constant(null),
        ),
        bulkhead: fc.oneof(
          fc.constant(false),
          fc.record({
            limit: fc.integer({ min: 1, max: 9 }),
            queue: fc.nat(5),
            adaptive: fc.oneof(fc.boolean(), fc.record({ maxLimit: fc.integer({ min: 9, max: 20 }) })),
          }),
        ),
        hedge: fc.oneof(
          fc.constant(false),
          fc.record({ delayMs: duration }),
          fc.record({ quantile: fc.constant(0.5) }),
        ),
        rateLimits: fc.array(
          fc.record({ capacity: fc.constant(3), windowSeconds: fc.constant(7), mode: fc.constantFrom(...MODES) }),
          { maxLength: 1 },
        ),
        timeout: fc.oneof(
          fc.constant(null),
          fc.record({ totalMs: fc.constant(9000), attemptMs: duration.map((ms) => ms + 1) }, { requiredKeys: [] }),
        ),
        rateLimit: fc.oneof(fc.constant(false), fc.record({ capacity: fc.constant(3), windowSeconds: fc.constant(7) })),
        retryBudget: fc.oneof(fc.boolean(), fc.record({ ratio: fc.constant(0.3) })),
      },
      { requiredKeys: [] },
    );
    const input = fc.record(
      {
        rateLimiting: fc.record({ enabled: fc.boolean() }, { requiredKeys: [] }),
        retry: fc.record({ enabled: fc.boolean(), budget: fc.boolean() }, { requiredKeys: [] }),
        circuitBreaker: fc.record({ enabled: fc.boolean() }, { requiredKeys: [] }),
        bulkhead: fc.record({ limit: fc.constant(2), adaptive: fc.boolean() }),
        hedge: fc.record({ delayMs: duration, maxHedges: fc.integer({ min: 1, max: 3 }) }),
        timeout: fc.record({ totalMs: fc.constant(8000) }),
        operations: fc.dictionary(fc.constantFrom('search', 'a', 'constructor'), operation),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(input, (value) => {
        const config = resolveRuntimeConfig(value);
        expect(resolveRuntimeConfig(config)).toEqual(config);
      }),
    );
  });
});
