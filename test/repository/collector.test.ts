import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { validateCollectorConfig } from '../support/collector.ts';
import { describeWithServers, serverPath } from '../support/servers.ts';

const path = (file: string): string => fileURLToPath(new URL(`../../collector/${file}`, import.meta.url));

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

describeWithServers(['otelcol'], 'collector/config.yaml', () => {
  test('is accepted by the Collector without a word', async () => {
    expect(await validateCollectorConfig(path('config.yaml'))).toBe('');
  });

  test('is checked: a setting that does not exist is refused', async () => {
    expect(await validateCollectorConfig(path('config.yaml'), { COLLECTOR_TELEMETRY_PORT: 'not a port' })).toContain(
      'port',
    );
  });

  test('needs nothing that builder.yaml does not build', async () => {
    const { stdout } = await promisify(execFile)(serverPath('otelcol'), ['components']);
    for (const component of ['otlp', 'memory_limiter', 'otlp_http', 'prometheus', 'health_check']) {
      expect(stdout).toMatch(new RegExp(`name: ${component}$`, 'm'));
    }
  });
});

describe('collector/config.yaml', () => {
  const config = readFileSync(path('config.yaml'), 'utf8');

  test('listens on the loopback interface unless the environment says otherwise', () => {
    const addresses = [...config.matchAll(/(?:endpoint|host): "([^"]*)"/g)].map(([, address]) => address);
    expect(addresses.length).toBeGreaterThan(4);
    for (const address of addresses) expect(address).toMatch(/^\$\{env:\w+:-(?:http:\/\/)?127\.0\.0\.1(?::\d+)?\}$/);
  });

  test('has the memory limiter first in every pipeline', () => {
    const processors = [...config.matchAll(/processors: \[([^\]]*)\]/g)].map(([, list = '']) => list.split(', ')[0]);
    expect(processors.length).toBeGreaterThanOrEqual(3);
    for (const first of processors) expect(first).toBe('memory_limiter');
  });
});

describeWithServers(['promtool'], 'collector/prometheus.yml', () => {
  test('is accepted by Prometheus', async () => {
    const { stdout } = await promisify(execFile)(serverPath('promtool'), ['check', 'config', path('prometheus.yml')]);
    expect(stdout).toContain('SUCCESS');
  });
});
