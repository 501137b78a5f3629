import { hostOf } from '../../../doctor/host-of.ts';
import {
  type Environment,
  exportersOf,
  type OtlpProtocol,
  otlpProtocolOf,
  type Signal,
  text,
} from '../../../sdk/env.ts';

/** Where a signal is sent by OTLP. */
export interface Endpoint {
  readonly signal: Signal;
  readonly protocol: OtlpProtocol;
  /** As it is given to the exporter: for HTTP with the path of the signal. */
  readonly url: string;
  /** The variable that names it; undefined for the default. */
  readonly variable: string | undefined;
}

export const SIGNALS: readonly Signal[] = ['TRACES', 'METRICS', 'LOGS'];

/** The places that the environment names for OTLP. */
export function endpointsIn(env: Environment): readonly Endpoint[] {
  return SIGNALS.flatMap((signal) => (exportersOf(signal, env).includes('otlp') ? [endpointOf(signal, env)] : []));
}

/** Host and port of each, as requests name them. */
export function otlpHosts(env: Environment): ReadonlySet<string> {
  return new Set(endpointsIn(env).flatMap(({ url }) => hostOf(url) ?? []));
}

/** What the environment adds to each request of a signal: keys of access, mostly. */
export function headersOf(signal: Signal, env: Environment): Record<string, string> {
  const listed = [text('OTEL_EXPORTER_OTLP_HEADERS', env), text(`OTEL_EXPORTER_OTLP_${signal}_HEADERS`, env)];
  const pairs = listed.flatMap((each) => each?.split(',') ?? []).map((pair) => /^([^=]+)=(.*)$/.exec(pair.trim()));
  return Object.fromEntries(
    pairs.flatMap((pair) => (pair === null ? [] : [[pair[1]?.trim(), decodeURIComponent(pair[2]?.trim() ?? '')]])),
  ) as Record<string, string>;
}

function endpointOf(signal: Signal, env: Environment): Endpoint {
  const protocol = otlpProtocolOf(signal, env);
  const ofSignal = `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`;
  const own = text(ofSignal, env);
  if (own !== undefined) return { signal, protocol, url: withScheme(own), variable: ofSignal };
  const base = text('OTEL_EXPORTER_OTLP_ENDPOINT', env);
  const variable = base === undefined ? undefined : 'OTEL_EXPORTER_OTLP_ENDPOINT';
  const start = withScheme(base ?? (protocol === 'grpc' ? 'http://localhost:4317' : 'http://localhost:4318'));
  const url = protocol === 'grpc' ? start : `${start.replace(/\/$/, '')}/v1/${signal.toLowerCase()}`;
  return { signal, protocol, url, variable };
}

/** gRPC takes `collector:4317`, too. */
function withScheme(address: string): string {
  return address.includes('://') ? address : `http://${address}`;
}
