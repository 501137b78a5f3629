// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are part of what may come.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ConfigError, parseRuntimeConfig } from '@crossbridge/core/config';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../packages/core/src/config/yaml/syntax.ts';
import { SCHEMA, schemaText } from './config-schema.ts';

const path = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const read = (relative: string): string => readFileSync(path(relative), 'utf8');

describe('crossbridge.schema.json', () => {
  const schema: unknown = JSON.parse(readFileSync(SCHEMA, 'utf8'));

  it('is what `node test/repository/config-schema.ts` writes', () => {
    expect(readFileSync(SCHEMA, 'utf8')).toBe(schemaText());
  });

  it('says what every key means', () => {
    const described = [...properties(schema)];
    expect(described.length).toBeGreaterThan(120);
    for (const { key, description } of described) expect(description, key).toMatch(/^.{10,200}$/);
    expect(described).toContainEqual({
      key: 'half_open_probes',
      description: 'Probes admitted at once, and successes needed to close. Default 1.',
    });
  });

  it('is published by the package, and found by editors through the example', () => {
    const { exports, files } = JSON.parse(read('packages/core/package.json'));
    expect(exports['./crossbridge.schema.json']).toBe('./crossbridge.schema.json');
    expect(files).toContain('crossbridge.schema.json');
    const [, shown = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read('crossbridge.yml')) ?? [];
    expect(shown).toBe('./node_modules/@crossbridge/core/crossbridge.schema.json');
    expect(existsSync(path(shown))).toBe(true);
  });
});

const GOOD = [
  '',
  'runtime:',
  'other: {anything: [1, 2]}\nruntime: {sidecar: {queue: 5}}',
  'runtime: {timeout: {total: 1.5, attempt: 250ms}}',
  'runtime: {timeout: {total: " 2 s ", attempt: .5s, mode: shadow}}',
  'runtime:\n  timeout: {total: "${T:-1s}"}\n  admin:\n    port: ${P:-1}\n    enabled: ${E:-true}',
  'runtime: {circuit_breaker: {mode: "${M:-shadow}", failure_ratio: 1, slow_call: null, per: target}}',
  'runtime: {retry: {own_policy: {jitter: false}, budget: false, network_timeout: 30, retryable_codes: [429]}}',
  'runtime: {operations: {a: {retry: true}, b: {retry: quick}, "c d": {retry: {policy: quick, mode: shadow}}}}',
  'runtime: {operations: {a: {hedge: {quantile: 0.95}}, b: {bulkhead: {limit: 2, adaptive: true}}, c:}}',
  'runtime: {operations: {a: {rate_limits: [{by: org, capacity: 0.5, window: 1m}]}}}',
  'runtime: {upstreams: [{match: {host: "*.a.com", method: [get, POST]}, operation: search, idempotent: auto}]}',
  'runtime: {rate_limiting: {overrides: {"user:1": {search: {capacity: 1}}}, cleanup_threshold: 1}}',
  'runtime: {health_checks: {success_threshold: 2, providers: {own: {check_type: callable, callable: null}}}}',
  'runtime: {error_rules: [{match: {status: [409, 5xx], sqlstate: "40"}, class: transient, breaker: "${B:-ignored}"}]}',
  'runtime: {operations: {a: {error_rules: [{name: x, match: {errno: 1205}, not_executed: true}]}}}',
  'runtime: {health_checks: {providers: {a: {url: "HTTPS://${HOST:-a.com}/x", expect_status: 204, headers: {X-Key: "${K:-k}", b: }}}}}',
  'runtime: {health_checks: {providers: {a: {address: "[::1]:5432"}, b: {check_type: tcp, address: "db:${P:-1}"}}}}',
  'runtime: {health_checks: {providers: {a: {check_type: http, url: "${U:-http://a.com}", method: head, expect_status: [200, 404]}}}}',
  'runtime: {admin: {liveness_limit: 1, readiness_limit: 500ms, allowed_hosts: [a.com, "*.B.com"]}}',
  'runtime: {shutdown: {drain_limit: 0, delay: 5s}}',
  'runtime: {telemetry: {sampling: {keep_slower_than: 0, keep_what_hurts: false}, record_key: hashed, gen_ai: false, log_level: off}}',
  'runtime: {telemetry: {sampling: , record_key: "${R:-hashed}"}}',
  'runtime: {health_checks: {minimum_dwell: 1m, flapping: {transitions: 2}, providers: {a: {required: false}}}}',
];

const BAD = [
  'runtime: 5',
  'runtime: {timeout: {total: 5 weeks}}',
  'runtime: {timeout: {total: "5"}}',
  'runtime: {timeout: {total: -1}}',
  'runtime: {timeout: {totl: 1}}',
  'runtime: {retry: {quick: {max_attempts: 2}}}',
  'runtime: {retry: {quick_policy: {mode: shadow}}}',
  'runtime: {retry: {quick_policy: {max_attempts: 0}}}',
  'runtime: {retry: {retryable_codes: [99]}}',
  'runtime: {circuit_breaker: {failure_ratio: 0}}',
  'runtime: {circuit_breaker: {per: host}}',
  'runtime: {bulkhead: {limit: 1.5}}',
  'runtime: {bulkhead: {limit: 1, adaptive: {algorithm: vegas}}}',
  'runtime: {hedge: {quantile: 1}}',
  'runtime: {operations: {a: {timeouts: {total: 1}}}}',
  'runtime: {operations: {a: {rate_limit: true}}}',
  'runtime: {operations: {a: {rate_limits: {capacity: 1, window: 1}}}}',
  'runtime: {operations: {" a": {}}}',
  'runtime: {upstreams: {match: {}, operation: search}}',
  'runtime: {upstreams: [{match: {host: "https://a.com"}, operation: search}]}',
  'runtime: {upstreams: [{match: {path: "/v1?stream=true"}, operation: search}]}',
  'runtime: {rate_limiting: {max_keys: 1000000000}}',
  'runtime: {admin: {port: 70000}}',
  'runtime: {admin: {enabled: "yes"}}',
  'runtime: {health_checks: {failure_threshold: 0}}',
  'runtime: {health_checks: {flapping: {transitions: 1}}}',
  'runtime: {error_rules: [{match: {status: 600}, class: money}]}',
  'runtime: {error_rules: [{match: {sqlstate: 40001}, class: money}]}',
  'runtime: {error_rules: [{match: {code: []}, class: money}]}',
  'runtime: {error_rules: [{match: {code: A}, class: transiant}]}',
  'runtime: {error_rules: [{match: {type: A}, class: money}]}',
  'runtime: {error_rules: {match: {code: A}, class: money}}',
  'runtime: {health_checks: {providers: {a: {check_type: pign}}}}',
  'runtime: {health_checks: {providers: {a: {url: "localhost:80/health"}}}}',
  'runtime: {health_checks: {providers: {a: {url: "ftp://a.com"}}}}',
  'runtime: {health_checks: {providers: {a: {url: http://a.com, expect_status: 99}}}}',
  'runtime: {health_checks: {providers: {a: {url: http://a.com, expect_status: []}}}}',
  'runtime: {health_checks: {providers: {a: {url: http://a.com, headers: {x: 5}}}}}',
  'runtime: {health_checks: {providers: {a: {url: http://a.com, headers: {"a b": x}}}}}',
  'runtime: {health_checks: {providers: {a: {address: localhost}}}}',
  'runtime: {admin: {allowed_hosts: a.com}}',
  'runtime: {admin: {allowed_hosts: ["a.com:9464"]}}',
  'runtime: {admin: {liveness_limit: -1}}',
  'runtime: {shutdown: {drain: 1}}',
  'runtime: {telemetry: {record_key: true}}',
  'runtime: {telemetry: {log_level: verbose}}',
  'runtime: {telemetry: {gen_ai: auto}}',
  'runtime: {telemetry: {sampling: {keep_what_hurts: 1}}}',
];

describe('an editor with crossbridge.schema.json', () => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  const validate = ajv.compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));
  const plain = (text: string): unknown => parseYaml(text).document.toJS();

  it.each(GOOD)('accepts, like the loader: %s', (text) => {
    expect(isLoaded(text)).toBe(true);
    expect(validate(plain(text))).toBe(true);
  });

  it.each(BAD)('refuses, like the loader: %s', (text) => {
    expect(isLoaded(text)).toBe(false);
    expect(validate(plain(text))).toBe(false);
  });

  it.each(['crossbridge.yml', 'test/core/config/fixtures/older-file.yml'])('accepts %s', (file) => {
    expect(validate(plain(read(file)))).toBe(true);
  });

  it('accepts whatever the loader accepts', () => {
    const example = plain(read('crossbridge.yml'));
    const leaves = [...pathsOf(example)];
    const value = fc.oneof(
      fc.constantFrom<unknown>(null, true, false, 0, 1, 0.5, 2, 30, 100, 429, '1s', '250ms', 'auto', 'quick', 'shadow'),
      fc.constantFrom<unknown>(
        '${A:-1}',
        '${A:-true}',
        'GET',
        'full',
        'target',
        '/v1',
        'a.com',
        {},
        [],
        ['GET'],
        [429],
      ),
      fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }),
      fc.string(),
    );
    let accepted = 0;
    fc.assert(
      fc.property(fc.constantFrom(...leaves), value, (at, other) => {
        const changed = replaced(example, at, other);
        const { document } = parseYaml('');
        document.contents = document.createNode(changed) as typeof document.contents;
        const text = document.toString();
        if (!isLoaded(text)) return;
        accepted++;
        expect(validate(plain(text)), text).toBe(true);
      }),
      { numRuns: 400 },
    );
    expect(accepted).toBeGreaterThan(20);
  });
});

function isLoaded(text: string): boolean {
  try {
    parseRuntimeConfig(text, { file: 'f.yml', env: {} });
    return true;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

function* properties(schema: unknown): Generator<{ key: string; description: unknown }> {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'properties') {
      for (const [key, own] of Object.entries(value as Record<string, { description?: unknown }>)) {
        yield { key, description: own.description };
      }
    }
    yield* properties(value);
  }
}

type Steps = readonly (string | number)[];

/** The paths of everything below `runtime`. */
function* pathsOf(value: unknown, path: Steps = []): Generator<Steps> {
  if (path.length > 1) yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* pathsOf(inner, [...path, key]);
}

function replaced(root: unknown, [step, ...rest]: Steps, value: unknown): unknown {
  if (step === undefined) return value;
  const copy = structuredClone(root) as Record<string | number, unknown>;
  copy[step] = replaced(copy[step], rest, value);
  return copy;
}
