import { join } from 'node:path';
import type { StackOptions } from './options.ts';
import type { Programs } from './programs.ts';

/** One program, as it is to be started. */
export interface PlannedProgram {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Answers 200 when it is ready. */
  readonly ready: string;
}

export interface NativePlaces {
  readonly programs: Programs;
  /** What holds `collector/` and `dashboards/`. */
  readonly files: string;
  /** Where data is kept. */
  readonly data: string;
  readonly prometheusConfig: string;
  /** Ports that nobody is told. */
  readonly inner: InnerPorts;
}

export interface InnerPorts {
  /** Where the Collector shows the metrics of services. */
  readonly services: number;
  readonly telemetry: number;
  readonly health: number;
}

/** The programs in the order of their start. */
export function planNative(options: StackOptions, places: NativePlaces): PlannedProgram[] {
  const { programs, files, data, prometheusConfig, inner } = places;
  const { ports, traces, scrapeSeconds } = options;
  const at = (port: number): string => `127.0.0.1:${port}`;
  return [
    {
      title: 'the Collector',
      command: programs.collector,
      args: collectorConfigs(join(files, 'collector', 'config.yaml'), traces).flatMap((each) => ['--config', each]),
      env: {
        COLLECTOR_OTLP_GRPC: at(ports.otlpGrpc),
        COLLECTOR_OTLP_HTTP: at(ports.otlpHttp),
        COLLECTOR_PROMETHEUS: at(inner.services),
        COLLECTOR_HEALTH: at(inner.health),
        COLLECTOR_TELEMETRY_PORT: `${inner.telemetry}`,
        COLLECTOR_STORAGE: join(data, 'collector'),
        // Little happens on one machine: keep all of it.
        COLLECTOR_SAMPLING_PERCENTAGE: '100',
        COLLECTOR_SPAN_METRICS_INTERVAL: `${scrapeSeconds}s`,
        ...(traces === undefined ? {} : { COLLECTOR_BACKEND: traces }),
      },
      ready: `http://${at(inner.health)}/`,
    },
    {
      title: 'Alertmanager',
      command: programs.alertmanager,
      args: [
        `--config.file=${join(files, 'collector', 'alertmanager.yml')}`,
        `--storage.path=${join(data, 'alertmanager')}`,
        `--web.listen-address=${at(ports.alertmanager)}`,
        '--cluster.listen-address=',
      ],
      env: {},
      ready: `http://${at(ports.alertmanager)}/-/ready`,
    },
    {
      title: 'Prometheus',
      command: programs.prometheus,
      args: [
        `--config.file=${prometheusConfig}`,
        `--storage.tsdb.path=${join(data, 'prometheus')}`,
        `--web.listen-address=${at(ports.prometheus)}`,
        '--enable-feature=exemplar-storage',
        // An alert that fires before Prometheus has found Alertmanager is told with the next repetition.
        `--rules.alert.resend-delay=${4 * scrapeSeconds}s`,
      ],
      env: {},
      ready: `http://${at(ports.prometheus)}/-/ready`,
    },
  ];
}

/** Without a backend, traces and logs end in the Collector's own output, as one line for each request. */
function collectorConfigs(config: string, traces: string | undefined): string[] {
  if (traces !== undefined) return [config];
  return [
    config,
    'yaml:exporters::debug::verbosity: basic',
    'yaml:service::pipelines::traces/sampled::exporters: [debug]',
    'yaml:service::pipelines::logs::exporters: [debug]',
  ];
}
