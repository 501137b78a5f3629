import { parseArgs } from 'node:util';
import { UsageError } from '../command.ts';

export interface StackOptions {
  /** Programs of this machine instead of containers. */
  readonly native: boolean;
  /** The demo service too. */
  readonly demo: boolean;
  /** `host:port` of agents' admin endpoints to scrape. Only native. */
  readonly targets: readonly string[];
  /** Base URL of a backend that takes traces and logs by OTLP over HTTP. Only native. */
  readonly traces: string | undefined;
  /** Where data is kept; undefined for a directory that is removed at the end. Only native. */
  readonly data: string | undefined;
  readonly scrapeSeconds: number;
  readonly ports: Ports;
}

export interface Ports {
  readonly prometheus: number;
  readonly alertmanager: number;
  readonly otlpGrpc: number;
  readonly otlpHttp: number;
  /** Only in containers. */
  readonly grafana: number;
}

const PORTS = {
  'prometheus-port': { name: 'prometheus', usual: 9090 },
  'alertmanager-port': { name: 'alertmanager', usual: 9093 },
  'otlp-grpc-port': { name: 'otlpGrpc', usual: 4317 },
  'otlp-http-port': { name: 'otlpHttp', usual: 4318 },
  'grafana-port': { name: 'grafana', usual: 3000 },
} as const;

const STRING = { type: 'string' } as const;
const FLAG = { type: 'boolean', default: false } as const;

/** @throws UsageError for arguments that make no sense */
export function stackOptions(args: readonly string[]): StackOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      native: FLAG,
      demo: FLAG,
      target: { type: 'string', multiple: true, default: [] },
      traces: STRING,
      data: STRING,
      'scrape-interval': { type: 'string', default: '15' },
      'prometheus-port': STRING,
      'alertmanager-port': STRING,
      'otlp-grpc-port': STRING,
      'otlp-http-port': STRING,
      'grafana-port': STRING,
    },
  });
  const { native, traces, data, target } = values;
  for (const [name, given] of Object.entries({ traces, data, target: target[0] })) {
    if (given !== undefined && !native) throw new UsageError(`--${name} needs --native`);
  }
  if (native && values['grafana-port'] !== undefined) throw new UsageError('--native has no Grafana to give a port to');
  for (const each of target) {
    if (!/^[\w.-]+:\d{1,5}$/.test(each)) throw new UsageError(`--target must be host:port, got '${each}'`);
  }
  if (traces !== undefined && !/^https?:\/\//.test(traces)) {
    throw new UsageError(`--traces must be an address such as http://127.0.0.1:4328, got '${traces}'`);
  }
  return {
    native,
    demo: values.demo,
    targets: target,
    traces,
    data,
    scrapeSeconds: wholeNumber('scrape-interval', values['scrape-interval'], 1, 300),
    ports: Object.fromEntries(
      Object.entries(PORTS).map(([option, { name, usual }]) => [
        name,
        wholeNumber(option, values[option as keyof typeof PORTS] ?? `${usual}`, 1, 65_535),
      ]),
    ) as unknown as Ports,
  };
}

function wholeNumber(option: string, text: string, from: number, to: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < from || number > to) {
    throw new UsageError(`--${option} must be a whole number from ${from} to ${to}, got '${text}'`);
  }
  return number;
}
