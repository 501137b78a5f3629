import type { MetricProducer, Temporality } from '@crossbridge/otel';
import { OTLPMetricExporter as GrpcExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  AggregationTemporality,
  ConsoleMetricExporter,
  type IMetricReader,
  InstrumentType,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { reportOnce } from '../report.ts';
import { exportersOf, otlpProtocolOf, positive } from './env.ts';

const DEFAULT_INTERVAL_MS = 60_000;
const DEFAULT_TIMEOUT_MS = 30_000;

/** Our own metrics, for one reader of the SDK. */
export type ProducerFor = (temporality: Temporality) => MetricProducer;

/** The readers that the standard variables ask for. `prometheus` needs none: `/metrics` is always there. */
export function pushReaders(producerFor: ProducerFor): IMetricReader[] {
  return exportersOf('METRICS').flatMap((name): IMetricReader[] => {
    if (name === 'prometheus') return [];
    if (name === 'console') return [periodic(new ConsoleMetricExporter(), producerFor)];
    if (name === 'otlp') return [periodic(otlpExporter(), producerFor)];
    reportOnce(
      `metrics exporter ${name}`,
      `OTEL_METRICS_EXPORTER: '${name}' is not known here; use otlp, console, prometheus or none`,
    );
    return [];
  });
}

function periodic(exporter: PushMetricExporter, producerFor: ProducerFor): IMetricReader {
  const exportIntervalMillis = positive('OTEL_METRIC_EXPORT_INTERVAL') ?? DEFAULT_INTERVAL_MS;
  const exportTimeoutMillis = positive('OTEL_METRIC_EXPORT_TIMEOUT') ?? DEFAULT_TIMEOUT_MS;
  return new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis,
    // The reader refuses a timeout longer than its interval.
    exportTimeoutMillis: Math.min(exportTimeoutMillis, exportIntervalMillis),
    metricProducers: [producerFor(temporalityOf(exporter))],
  });
}

/** What the exporter wants of counters, as `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE` says. */
function temporalityOf(exporter: PushMetricExporter): Temporality {
  const wanted = exporter.selectAggregationTemporality?.(InstrumentType.COUNTER);
  return wanted === AggregationTemporality.DELTA ? 'delta' : 'cumulative';
}

function otlpExporter(): PushMetricExporter {
  switch (otlpProtocolOf('METRICS')) {
    case 'grpc':
      return new GrpcExporter();
    case 'http/json':
      return new JsonExporter();
    case 'http/protobuf':
      return new ProtobufExporter();
  }
}
