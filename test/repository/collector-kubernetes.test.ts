import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { validateCollectorConfig } from '../support/collector.ts';
import { describeWithServers, serverPath } from '../support/servers.ts';
import {
  freePorts,
  type ServerProcess,
  startProcess,
  temporaryDirectory,
  waitFor,
} from '../support/servers-process.ts';

const COLLECTOR = fileURLToPath(new URL('../../collector', import.meta.url));
const read = (file: string): string => readFileSync(join(COLLECTOR, file), 'utf8');

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly replicas?: number;
    readonly serviceName?: string;
    readonly selector: Readonly<Record<string, string>> & { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly ports?: readonly { readonly port: number; readonly targetPort: string }[];
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
    readonly template?: {
      readonly metadata: {
        readonly labels: Readonly<Record<string, string>>;
        readonly annotations: Readonly<Record<string, string>>;
      };
      readonly spec: {
        readonly containers: readonly [Container];
        readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
      };
    };
  };
}

const manifests = parseAllDocuments(read('kubernetes.yaml')).map((document) => document.toJS() as Manifest);
const workloads = manifests.flatMap(({ kind, metadata: { name }, spec }) =>
  spec.template === undefined
    ? []
    : [{ kind, name, spec, template: spec.template, container: spec.template.spec.containers[0] }],
);
const services = manifests.filter(({ kind }) => kind === 'Service');

/** The port of an address in the environment. */
const portsIn = (text: string): number[] => [...text.matchAll(/0\.0\.0\.0:(\d+)/g)].map(([, port]) => Number(port));

describe('collector/kubernetes.yaml', () => {
  test('has workloads whose services find them, at ports that they have', () => {
    expect(workloads.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'Deployment crossbridge-gateway',
      'StatefulSet crossbridge-collector',
    ]);
    for (const { name, spec, template, container } of workloads) {
      expect(spec.selector.matchLabels).toEqual(template.metadata.labels);
      const service = services.find(({ metadata }) => metadata.name === (spec.serviceName ?? name));
      expect(service?.spec.selector).toEqual(template.metadata.labels);
      const ports = container.ports.map((port) => port.name);
      for (const { targetPort } of service?.spec.ports ?? []) expect(ports).toContain(targetPort);
    }
  });

  test('opens the ports that the Collector is told to listen on, and no other', () => {
    for (const { container } of workloads) {
      const told = container.env.flatMap(({ value }) => portsIn(value));
      const open = container.ports.map(({ containerPort }) => containerPort);
      expect(open.toSorted()).toEqual([...told, 8888].toSorted());
    }
  });

  test('gives the gateway the name of each Collector behind it', () => {
    const [gateway, collector] = workloads;
    const list = gateway?.container.env.find(({ name }) => name === 'COLLECTOR_SAMPLERS')?.value ?? '';
    const expected = Array.from(
      { length: collector?.spec.replicas ?? 0 },
      (_, index) => `${collector?.name}-${index}.${collector?.spec.serviceName}:4317`,
    );
    expect(parse(list)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(1);
  });

  test('mounts what kustomization.yaml makes of files that are here', () => {
    const { resources, configMapGenerator } = parse(read('kustomization.yaml')) as {
      resources: string[];
      configMapGenerator: [{ name: string; files: string[] }];
    };
    const [{ name, files }] = configMapGenerator;
    for (const file of [...resources, ...files]) expect(existsSync(join(COLLECTOR, file)), file).toBe(true);
    for (const { container, template, spec } of workloads) {
      const volumes = template.spec.volumes.map((volume) => volume.name);
      const claims = (spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);
      for (const mount of container.volumeMounts) expect([...volumes, ...claims]).toContain(mount.name);
      expect(template.spec.volumes[0]?.configMap?.name).toBe(name);
      const config = /--config=\/etc\/collector\/(.+)/.exec(container.args[0] ?? '')?.[1] ?? '';
      expect(files).toContain(config);
    }
  });

  test('runs the version that builder.yaml builds', () => {
    const version = /^ {2}version: (.+)$/m.exec(read('builder.yaml'))?.[1];
    for (const { container } of workloads) expect(container.image).toMatch(new RegExp(`:${version}$`));
    expect(read('compose.yml')).toContain(`opentelemetry-collector-contrib:${version}\n`);
  });
});

describeWithServers(['otelcol'], 'the Collector', () => {
  test.each(workloads)('accepts the configuration of $kind $name', async ({ container }) => {
    const env = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
    const config = /--config=\/etc\/collector\/(.+)/.exec(container.args[0] ?? '')?.[1] ?? '';
    expect(await validateCollectorConfig(join(COLLECTOR, config), env)).toBe('');
  });
});

interface ScrapedTarget {
  readonly scrapePool: string;
  readonly scrapeUrl: string;
  readonly labels: Readonly<Record<string, string>>;
}

describeWithServers(['prometheus'], 'collector/prometheus-kubernetes.yml', () => {
  const directory = temporaryDirectory('kubernetes');
  let server: ServerProcess;
  let url: string;

  /** As Kubernetes' service discovery describes a pod, once for each of its ports. */
  const pod = (name: string, app: string, annotations: Readonly<Record<string, string>>) =>
    [1, 2].map((port) => ({
      targets: [`10.0.0.1:${port}`],
      labels: {
        __meta_kubernetes_pod_name: name,
        __meta_kubernetes_pod_ip: '10.0.0.1',
        __meta_kubernetes_pod_phase: 'Running',
        __meta_kubernetes_pod_container_init: 'false',
        __meta_kubernetes_pod_label_app: app,
        ...Object.fromEntries(
          Object.entries(annotations).map(([key, value]) => [
            `__meta_kubernetes_pod_annotation_${key.replace(/\W/g, '_')}`,
            value,
          ]),
        ),
      },
    }));

  beforeAll(async () => {
    // Debian's Prometheus cannot ask Kubernetes: what Kubernetes would answer stands in the file instead.
    const pods = [
      ...pod('shop-abc', 'shop', { 'crossbridge.io/scrape-agent': '9464' }),
      ...workloads.flatMap(({ name, template }) => pod(`${name}-0`, name, template.metadata.annotations)),
      ...pod('other-xyz', 'other', {}),
    ];
    const text = read('prometheus-kubernetes.yml').replaceAll(
      'kubernetes_sd_configs: [{ role: pod }]',
      `static_configs: ${JSON.stringify(pods)}`,
    );
    const config = join(directory.path, 'prometheus.yml');
    writeFileSync(config, text);
    const [port] = await freePorts(1);
    url = `http://127.0.0.1:${port}`;
    server = startProcess(serverPath('prometheus'), [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory.path, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
  });

  afterAll(async () => {
    await server?.stop();
    directory.remove();
  });

  test('scrapes each pod that asks for it once, under the names that the dashboards show', async () => {
    const targets = await waitFor(
      async () => {
        const { data } = (await (await fetch(`${url}/api/v1/targets`)).json()) as {
          data: { activeTargets: ScrapedTarget[] };
        };
        return data.activeTargets.length >= 4 ? data.activeTargets : undefined;
      },
      { what: 'targets', crashed: server.crashed, log: server.log },
    );
    const seen = targets.map(({ scrapePool, scrapeUrl, labels }) => [
      scrapePool,
      scrapeUrl,
      labels.job,
      labels.instance,
    ]);
    expect(seen.toSorted()).toEqual([
      ['crossbridge-agents', 'http://10.0.0.1:9464/metrics', 'shop', 'shop-abc'],
      ['crossbridge-collector', 'http://10.0.0.1:9465/metrics', 'crossbridge-collector', 'crossbridge-collector-0'],
      ['otelcol', 'http://10.0.0.1:8888/metrics', 'otelcol', 'crossbridge-collector-0'],
      ['otelcol', 'http://10.0.0.1:8888/metrics', 'otelcol', 'crossbridge-gateway-0'],
    ]);
  });
});
