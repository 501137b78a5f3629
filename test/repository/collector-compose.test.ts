import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readDashboard } from '../../dashboards/check/dashboard-file.ts';
import { composeEnvironment } from '../../packages/agent/src/cli/stack/compose.ts';
import { stackOptions } from '../../packages/agent/src/cli/stack/options.ts';
import { validateCollectorConfig } from '../support/collector.ts';
import { COMPOSE_SCHEMA } from '../support/compose-schema.ts';
import { describeWithServers, serverPath } from '../support/servers.ts';

const COLLECTOR = fileURLToPath(new URL('../../collector', import.meta.url));
const read = (file: string): string => readFileSync(join(COLLECTOR, file), 'utf8');
const yaml = <T>(file: string): T => parse(read(file)) as T;

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly depends_on?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
}

const compose = yaml<{ services: Readonly<Record<string, Service>>; volumes: object }>('compose.yml');
const services = Object.entries(compose.services);

/** Host path and path in the container of what is mounted from here. */
function mounts({ volumes = [] }: Service): [host: string, inside: string][] {
  return volumes.flatMap((volume) => {
    const [source = '', inside = ''] = volume.split(':');
    return source.startsWith('.') ? [[join(COLLECTOR, source), inside] as [string, string]] : [];
  });
}

describe('collector/compose.yml', () => {
  const validate = new Ajv({ allErrors: true }).compile(COMPOSE_SCHEMA);

  test('is what docker compose accepts', () => {
    validate(compose);
    expect(validate.errors).toBeNull();
    expect(services.map(([name]) => name)).toEqual([
      'grafana',
      'prometheus',
      'tempo',
      'alertmanager',
      'collector',
      'demo',
    ]);
  });

  test.each([
    ['a key that does not exist', { prots: ['3000:3000'] }],
    ['a number where text belongs', { environment: { A: 1 } }],
    ['an image without a version', { image: 'grafana/grafana' }],
    ['a port that is open to the network', { ports: ['3000:3000'] }],
  ])('would not be accepted with %s', (_, change) => {
    expect(validate({ services: { it: { image: 'a/b:1', ...change } } })).toBe(false);
  });

  test('mounts files that are there, over nothing but files, and volumes that it declares', () => {
    for (const [name, service] of services) {
      for (const [host, inside] of mounts(service)) {
        expect(existsSync(host), `${name}: ${host}`).toBe(true);
        expect(statSync(host).isFile(), host).toBe(name !== 'demo');
        expect(inside.startsWith('/')).toBe(true);
      }
      const named = (service.volumes ?? [])
        .map((volume) => volume.split(':')[0] ?? '')
        .filter((source) => !source.startsWith('.'));
      for (const volume of named) expect(Object.keys(compose.volumes)).toContain(volume);
      for (const other of service.depends_on ?? []) expect(Object.keys(compose.services)).toContain(other);
    }
  });

  test('shows Grafana every dashboard, where the provider looks for them', () => {
    const provider = yaml<{ apiVersion: number; providers: { type: string; options: { path: string } }[] }>(
      'compose/dashboards.yml',
    );
    expect(provider.apiVersion).toBe(1);
    const grafana = compose.services.grafana as Service;
    const path = provider.providers[0]?.options.path ?? '';
    const shown = mounts(grafana).filter(([, inside]) => dirname(inside) === path);
    expect(shown.map(([host]) => basename(host)).toSorted()).toEqual([
      'ai.json',
      'health.json',
      'limits.json',
      'overview.json',
      'retries.json',
    ]);
    const home = grafana.environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH;
    expect(shown.map(([, inside]) => inside)).toContain(home);
  });

  test('gives Grafana the data sources that the dashboards ask for, at services that there are', () => {
    const { apiVersion, datasources } = yaml<{
      apiVersion: number;
      datasources: {
        uid: string;
        type: string;
        url: string;
        jsonData?: { exemplarTraceIdDestinations?: { datasourceUid: string }[] };
      }[];
    }>('compose/datasources.yml');
    expect(apiVersion).toBe(1);
    const types = new Set(datasources.map(({ type }) => type));
    const wanted = readDashboard('overview.json')
      .templating.list.filter(({ type }) => type === 'datasource')
      .map(({ query }) => query);
    expect(wanted.length).toBeGreaterThan(0);
    for (const type of wanted) expect(types).toContain(type);
    for (const { url } of datasources) expect(Object.keys(compose.services)).toContain(new URL(url).hostname);
    const uids = datasources.map(({ uid }) => uid);
    const linked = datasources.flatMap(({ jsonData }) => jsonData?.exemplarTraceIdDestinations ?? []);
    expect(linked.length).toBeGreaterThan(0);
    for (const { datasourceUid } of linked) expect(uids).toContain(datasourceUid);
  });

  test('starts programs with files that are mounted into them', () => {
    for (const [name, service] of services) {
      const files = (service.command ?? []).flatMap((argument) => /config(?:\.file)?=(.+)/.exec(argument)?.[1] ?? []);
      const inside = mounts(service).map(([, path]) => path);
      for (const file of files) expect(inside, name).toContain(file);
    }
  });

  test('takes its ports from the variables that crossbridge stack sets', () => {
    const used = services.flatMap(([, { ports = [] }]) =>
      ports.flatMap((port) => /\$\{(\w+):-(\d+)\}/.exec(port)?.slice(1) ?? []),
    );
    const set = Object.entries(composeEnvironment(stackOptions([]))).flat();
    expect(used.toSorted()).toEqual(set.toSorted());
  });

  test('scrapes what is in it, at ports that the Collector is told to listen on', () => {
    const { scrape_configs, alerting } = yaml<{
      scrape_configs: { static_configs: { targets: string[] }[] }[];
      alerting: { alertmanagers: { static_configs: { targets: string[] }[] }[] };
    }>('compose/prometheus.yml');
    const targets = [...scrape_configs, ...alerting.alertmanagers]
      .flatMap(({ static_configs }) => static_configs)
      .flatMap((each) => each.targets);
    const environment = Object.values(compose.services.collector?.environment ?? {});
    for (const target of targets) {
      const { hostname, port } = new URL(`http://${target}`);
      expect(Object.keys(compose.services)).toContain(hostname);
      if (hostname === 'collector' && port !== '8888') expect(environment).toContain(`0.0.0.0:${port}`);
    }
    // Tempo takes what the Collector sends where the Collector sends it.
    const tempo = yaml<{ distributor: { receivers: { otlp: { protocols: { http: { endpoint: string } } } } } }>(
      'compose/tempo.yml',
    );
    const { endpoint } = tempo.distributor.receivers.otlp.protocols.http;
    expect(environment).toContain(`http://tempo:${endpoint.split(':')[1]}`);
  });
});

describeWithServers(['otelcol', 'promtool'], 'the programs', () => {
  test('accept the configurations of compose.yml', async () => {
    const environment = compose.services.collector?.environment ?? {};
    expect(await validateCollectorConfig(join(COLLECTOR, 'config.yaml'), environment)).toBe('');
    // The rules are where the container has them, not here.
    const check = ['check', 'config', '--syntax-only', join(COLLECTOR, 'compose/prometheus.yml')];
    expect((await promisify(execFile)(serverPath('promtool'), check)).stdout).toContain('SUCCESS');
  });
});
