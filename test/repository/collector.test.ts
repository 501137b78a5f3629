import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { retryDecision } from '../../packages/otel/src/signals/attributes.ts';
import { allowedValues, DURATION_BOUNDARIES } from '../../packages/otel/src/signals/definitions.ts';
import { CATALOGUE } from '../../packages/otel/src/signals.ts';
import { validateCollectorConfig } from '../support/collector.ts';
import { describeWithServers, serverPath } from '../support/servers.ts';

const path = (file: string): string => fileURLToPath(new URL(`../../collector/${file}`, import.meta.url));
const CONFIGS = ['config.yaml', 'gateway.yaml'];

interface CollectorConfig {
  readonly receivers: Readonly<Record<string, unknown>>;
  readonly processors: Readonly<Record<string, unknown>>;
  readonly connectors?: Readonly<Record<string, unknown>>;
  readonly exporters: Readonly<Record<string, unknown>>;
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly service: {
    readonly extensions: readonly string[];
    readonly pipelines: Readonly<Record<string, { receivers: string[]; processors: string[]; exporters: string[] }>>;
  };
}

function read(file: string): CollectorConfig {
  return parse(readFileSync(path(file), 'utf8')) as CollectorConfig;
}

/** `load_balancing/traces` is one of `load_balancing`. */
function kindsOf(section: Readonly<Record<string, unknown>> = {}): string[] {
  return Object.keys(section).map((name) => name.split('/')[0] ?? '');
}

describe('collector/builder.yaml', () => {
  const manifest = readFileSync(path('builder.yaml'), 'utf8');
  const modules = [...manifest.matchAll(/gomod: (\S+) v(\d+)\.(\d+)\.\d+/g)].map(([, name = '', major, minor]) => ({
    name,
    major: Number(major),
    minor: Number(minor),
  }));

  test('takes every module from the same release', () => {
    expect(modules.length).toBeGreaterThan(5);
    const unstable = modules.filter(({ major }) => major === 0);
    const stable = modules.filter(({ major }) => major === 1);
    expect(new Set(unstable.map(({ minor }) => minor)).size).toBe(1);
    expect(new Set(stable.map(({ minor }) => minor)).size).toBe(1);
    expect(manifest).toContain(`version: 0.${unstable[0]?.minor}.0`);
    expect(manifest).toContain(`builder@v0.${unstable[0]?.minor}.0`);
  });
});

describeWithServers(['otelcol'], 'the Collector', () => {
  test.each(CONFIGS)('accepts collector/%s without a word', async (file) => {
    expect(await validateCollectorConfig(path(file))).toBe('');
  });

  test.each(CONFIGS)('checks collector/%s: a setting that does not exist is refused', async (file) => {
    expect(await validateCollectorConfig(path(file), { COLLECTOR_TELEMETRY_PORT: 'not a port' })).toContain('port');
  });

  test('has each component that the configurations use, and besides them only debug', async () => {
    const { stdout } = await promisify(execFile)(serverPath('otelcol'), ['components']);
    const components = parse(stdout) as Readonly<Record<string, { name: string }[]>>;
    const configs = CONFIGS.map(read);
    for (const section of ['receivers', 'processors', 'connectors', 'exporters', 'extensions'] as const) {
      const used = new Set(configs.flatMap((config) => kindsOf(config[section])));
      if (section === 'exporters') used.add('debug');
      expect(new Set(components[section]?.map(({ name }) => name)), section).toEqual(used);
    }
  });
});

describe.each(CONFIGS)('collector/%s', (file) => {
  const text = readFileSync(path(file), 'utf8');
  const config = read(file);

  test('listens on the loopback interface unless the environment says otherwise', () => {
    const addresses = [...text.matchAll(/(?:endpoint|host): "([^"]*)"/g)].map(([, address]) => address);
    expect(addresses.length).toBeGreaterThanOrEqual(4);
    for (const address of addresses) expect(address).toMatch(/^\$\{env:\w+:-(?:http:\/\/)?127\.0\.0\.1(?::\d+)?\}$/);
  });

  test('has the memory limiter first wherever something is received', () => {
    const receiving = Object.values(config.service.pipelines).filter(({ receivers }) => receivers.includes('otlp'));
    expect(receiving).toHaveLength(3);
    for (const { processors } of receiving) expect(processors[0]).toBe('memory_limiter');
  });

  test('uses everything that it configures', () => {
    const { pipelines, extensions } = config.service;
    const used = new Set(
      Object.values(pipelines).flatMap(({ receivers, processors, exporters }) => [
        ...receivers,
        ...processors,
        ...exporters,
      ]),
    );
    const { receivers, processors, connectors = {}, exporters } = config;
    for (const name of Object.keys({ ...receivers, ...processors, ...connectors, ...exporters })) {
      expect(used).toContain(name);
    }
    expect(new Set(extensions)).toEqual(new Set(Object.keys(config.extensions)));
  });
});

describe('the sampling of collector/config.yaml', () => {
  const { processors, connectors = {} } = read('config.yaml');
  const sampling = processors.tail_sampling as { policies: Readonly<Record<string, unknown>>[] };
  const policies = new Map(sampling.policies.map((policy) => [policy.name as string, policy]));
  const keys = sampling.policies.flatMap((policy) => {
    const { key } = (policy[policy.type as string] ?? {}) as { key?: string };
    return key === undefined ? [] : [key];
  });

  test('asks only for attributes of the catalogue', () => {
    const known = CATALOGUE.attributes.map(({ name }) => name);
    expect(keys.length).toBeGreaterThanOrEqual(4);
    for (const key of keys) expect(known).toContain(key);
  });

  test('knows every outcome that hurts, and every decision after a failed attempt', () => {
    const valuesOf = (name: string) =>
      (policies.get(name) as { string_attribute: { values: string[] } }).string_attribute.values;
    const outcomes = CATALOGUE.attributes.find(({ name }) => name === 'crossbridge.outcome');
    const hurting = Object.keys(outcomes?.values ?? {}).filter((value) => value !== 'success' && value !== 'cancelled');
    expect(valuesOf('failed, throttled or rejected').toSorted()).toEqual(hurting.toSorted());
    const decisions = allowedValues(retryDecision).filter((value) => value !== 'cancelled');
    expect(valuesOf('retried').toSorted()).toEqual(decisions.toSorted());
  });

  test('counts the durations of spans in the buckets of calls', () => {
    const { histogram } = connectors.span_metrics as { histogram: { explicit: { buckets: string[] } } };
    const seconds = histogram.explicit.buckets.map((text) => {
      const [, amount, unit = ''] = /^(\d+)(us|ms|s)$/.exec(text) ?? [];
      return Number(amount) * ({ us: 1e-6, ms: 1e-3, s: 1 }[unit] ?? Number.NaN);
    });
    expect(seconds).toEqual(DURATION_BOUNDARIES.map((each) => expect.closeTo(each, 9)));
  });
});

describeWithServers(['promtool'], 'collector/prometheus.yml', () => {
  test('is accepted by Prometheus', async () => {
    const { stdout } = await promisify(execFile)(serverPath('promtool'), ['check', 'config', path('prometheus.yml')]);
    expect(stdout).toContain('SUCCESS');
  });
});
