import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { crossbridgeJsonSchema, resolveRuntimeConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../../packages/core/src/config/yaml/syntax.ts';
import { parse, warningsOf } from '../../support/config.ts';

const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');

describe('a file written for the original', () => {
  const text = read('./fixtures/older-file.yml');

  it('is accepted unchanged, and means what it meant', () => {
    const providers = {
      ai_provider: { checkType: 'embed', intervalMs: 60_000, timeoutMs: 15_000 },
      embedding_provider: { checkType: 'embed', intervalMs: 60_000, timeoutMs: 10_000 },
      vector_store: { checkType: 'ping', intervalMs: 30_000, timeoutMs: 5000 },
      database: { checkType: 'ping', intervalMs: 20_000, timeoutMs: 5000 },
    } as const;
    const degradedMode = { disableFeatures: ['flaky_detection', 'coverage_analysis'] };
    expect(parse(text).config).toEqual(resolveRuntimeConfig({ healthChecks: { providers, degradedMode } }));
  });

  it('gives one warning, which names the sections of others', () => {
    expect(warningsOf(text)).toEqual([
      '96:3 runtime.sidecar: ignored, since CrossBridge has no such sections: sidecar, ai_transformation, api_change, semantic_search, profiling',
    ]);
  });
});

describe('the annotated example', () => {
  const text = read('../../../crossbridge.yml');

  it('is valid, without any warning', () => {
    expect(parse(text).warnings).toEqual([]);
  });

  it('says what the defaults are', () => {
    const { config } = parse(text);
    const { rateLimiting, retry, healthChecks, admin, shutdown, telemetry } = resolveRuntimeConfig();
    expect({ ...config.rateLimiting, overrides: {} }).toEqual(rateLimiting);
    const { patient, ...policies } = config.retry.policies;
    expect({ ...config.retry, policies }).toEqual(retry);
    expect(patient).toMatchObject({ maxAttempts: 4, baseDelayMs: 500, maxDelayMs: 8000, jitter: 'full' });
    const { initialDelayMs, ...checks } = config.healthChecks;
    expect({ ...checks, providers: {} }).toEqual(healthChecks);
    expect(initialDelayMs).toBe(5000);
    expect(Object.keys(checks.providers)).toEqual([
      'ai_provider',
      'embedding_provider',
      'vector_store',
      'database',
      'payments',
      'queue',
      'custom',
    ]);
    expect(config).toMatchObject({ admin, shutdown, telemetry });
    const { failureRatio, minimumCalls, windowMs } = config.operations.embed?.circuitBreaker ?? {};
    expect({ failureRatio, minimumCalls, windowMs }).toEqual({ failureRatio: 0.5, minimumCalls: 10, windowMs: 30_000 });
  });

  it('names every key of the schema, in every place where it may stand', () => {
    const document: unknown = parseYaml(text).document.toJS();
    const all = [...schemaKeys(crossbridgeJsonSchema())].sort();
    expect(all).toContain('runtime.operations.*.circuit_breaker.half_open_probes');
    expect(all.length).toBeGreaterThan(90);
    expect(all.filter((path) => !has(document, path.split('.')))).toEqual([]);
  });
});

describe('the JSON Schema for editors', () => {
  it('knows policies of any name, nothing else unknown, and placeholders instead of numbers', () => {
    const retry = at(crossbridgeJsonSchema(), 'runtime', 'retry');
    expect(Object.keys(retry.patternProperties as object)).toEqual(['^(.*\\S)_policy$']);
    expect(retry.additionalProperties).toBe(false);
    const port = at(crossbridgeJsonSchema(), 'runtime', 'admin', 'port');
    expect(port).toEqual({ type: 'integer', minimum: 0, maximum: 65_535 });
    expect(at(crossbridgeJsonSchema(), 'runtime', 'admin').properties).toMatchObject({
      port: { anyOf: [port, { $ref: '#/$defs/placeholder' }, { type: 'null' }] },
    });
  });
});

type Node = { readonly [keyword: string]: unknown };

function alternatives(node: Node): Node[] {
  return Array.isArray(node.anyOf) ? (node.anyOf as Node[]).flatMap(alternatives) : [node];
}

function at(schema: Node, ...path: string[]): Node {
  const node = path.reduce<Node>((outer, key) => {
    const properties = alternatives(outer).flatMap(({ properties: own }) => (own === undefined ? [] : [own as Node]));
    return (properties[0]?.[key] ?? {}) as Node;
  }, schema);
  return alternatives(node)[0] ?? {};
}

/** Every key that a schema allows, as a path; `*` is a name of the user's own or an item of a list. */
function* schemaKeys(schema: Node, path = ''): Generator<string> {
  for (const node of alternatives(schema)) {
    for (const [key, inner] of Object.entries((node.properties ?? {}) as Record<string, Node>)) {
      const own = path === '' ? key : `${path}.${key}`;
      yield own;
      yield* schemaKeys(inner, own);
    }
    const named = [node.items, node.additionalProperties, ...Object.values((node.patternProperties ?? {}) as Node)];
    for (const inner of named)
      if (typeof inner === 'object' && inner !== null) yield* schemaKeys(inner as Node, `${path}.*`);
  }
}

function has(value: unknown, [step, ...rest]: readonly string[]): boolean {
  if (step === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  if (step === '*') return Object.values(value).some((inner) => has(inner, rest));
  return Object.hasOwn(value, step) && has((value as Record<string, unknown>)[step], rest);
}
