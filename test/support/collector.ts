import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { serverPath } from './servers.ts';
import { freePorts, startProcess, temporaryDirectory, waitFor } from './servers-process.ts';

export interface Collector {
  /** Base URL for OTLP over HTTP; `/v1/traces` and so on are appended by exporters. */
  readonly otlpHttp: string;
  /** `http://host:port` for OTLP over gRPC. */
  readonly otlpGrpc: string;
  /** Address of its Prometheus exporter. */
  readonly prometheusUrl: string;
  /** What its Prometheus exporter serves. Asks for OpenMetrics, as Prometheus does. */
  scrape(): Promise<string>;
  /** The Collector's own metrics. */
  scrapeOwn(): Promise<string>;
  log(): string;
  stop(): Promise<void>;
  /** Ends it as a crash does, with SIGKILL, and resolves when it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a real Collector with one of the configurations of `collector/` on free loopback ports, and waits until its
 * health check says that it serves. `env` is added to the environment; `COLLECTOR_BACKEND` says where traces go, and every trace is
 * kept unless `COLLECTOR_SAMPLING_PERCENTAGE` says less. Its queue is gone with it unless `COLLECTOR_STORAGE` names a directory.
 * `overrides` are single settings, `exporters::otlp_http::encoding: json`.
 */
export async function startCollector(
  configPath: string,
  env: Readonly<Record<string, string>> = {},
  overrides: readonly string[] = [],
): Promise<Collector> {
  const ports = await freePorts(5);
  const [grpc, http, prometheus, health, telemetry] = ports.map((port) => `127.0.0.1:${port}`) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const storage = temporaryDirectory('collector');
  const configs = [configPath, ...overrides.map((setting) => `yaml:${setting}`)];
  const server = startProcess(
    serverPath('otelcol'),
    configs.flatMap((config) => ['--config', config]),
    {
      env: {
        COLLECTOR_OTLP_GRPC: grpc,
        COLLECTOR_OTLP_HTTP: http,
        COLLECTOR_PROMETHEUS: prometheus,
        COLLECTOR_HEALTH: health,
        COLLECTOR_TELEMETRY_PORT: `${ports[4]}`,
        COLLECTOR_STORAGE: storage.path,
        COLLECTOR_SAMPLING_PERCENTAGE: '100',
        ...env,
      },
    },
  );
  const stop = async (): Promise<void> => {
    await server.stop();
    storage.remove();
  };
  try {
    await waitFor(async () => ((await fetch(`http://${health}`)).ok ? true : undefined), {
      what: 'the Collector to be healthy',
      crashed: server.crashed,
      log: server.log,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    otlpHttp: `http://${http}`,
    otlpGrpc: `http://${grpc}`,
    prometheusUrl: `http://${prometheus}/metrics`,
    scrape: () => scrape(`http://${prometheus}/metrics`),
    scrapeOwn: () => scrape(`http://${telemetry}/metrics`),
    log: server.log,
    stop,
    async kill() {
      if (server.pid !== undefined) process.kill(server.pid, 'SIGKILL');
      await server.crashed.catch(() => {});
      storage.remove();
    },
  };
}

async function scrape(url: string): Promise<string> {
  const response = await fetch(url, { headers: { accept: 'application/openmetrics-text;version=1.0.0' } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.text();
}

/** What the Collector itself says of a configuration: its complaints and warnings; empty when it has none. */
export async function validateCollectorConfig(
  configPath: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(serverPath('otelcol'), ['validate', '--config', configPath], {
      env: { ...process.env, ...env },
    });
    return stdout + stderr;
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
}
