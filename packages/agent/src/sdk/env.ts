/** The signals of OpenTelemetry, as the environment variables spell them. */
export type Signal = 'TRACES' | 'METRICS' | 'LOGS';

export type OtlpProtocol = 'grpc' | 'http/json' | 'http/protobuf';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Which exporters a signal has: those of `OTEL_<SIGNAL>_EXPORTER`; without it `otlp` when an OTLP endpoint is configured for it,
 * else none. (The SDK by itself would export to localhost:4318, where in most services nobody listens.)
 */
export function exportersOf(signal: Signal, env: Environment = process.env): readonly string[] {
  const listed = text(`OTEL_${signal}_EXPORTER`, env);
  if (listed !== undefined) {
    const names = [...new Set(listed.split(',').map((name) => name.trim()))].filter((name) => name !== '');
    return names.includes('none') ? [] : names;
  }
  return (text(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`, env) ?? text('OTEL_EXPORTER_OTLP_ENDPOINT', env))
    ? ['otlp']
    : [];
}

export function otlpProtocolOf(signal: Signal, env: Environment = process.env): OtlpProtocol {
  const protocol = text(`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`, env) ?? text('OTEL_EXPORTER_OTLP_PROTOCOL', env);
  return protocol === 'grpc' || protocol === 'http/json' ? protocol : 'http/protobuf';
}

/** A variable that is set and not empty. The specification treats an empty one as unset. */
export function text(name: string, env: Environment = process.env): string | undefined {
  const value = env[name]?.trim();
  return value === undefined || value === '' ? undefined : value;
}

/** A positive number, or undefined for the SDK's default. */
export function positive(name: string): number | undefined {
  const value = Number(text(name));
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** Drops the members that are undefined, which the SDK's options do not take. */
export function defined<T extends object>(options: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
