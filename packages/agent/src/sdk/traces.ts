import type { MeterProvider } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { reportOnce } from '../report.ts';
import { defined, exportersOf, otlpProtocolOf, positive } from './env.ts';

/** The processors that the standard variables ask for. They count what they lose on `meterProvider`. */
export function spanProcessors(meterProvider: MeterProvider): SpanProcessor[] {
  return exportersOf('TRACES').flatMap((name): SpanProcessor[] => {
    if (name === 'console')
      return [new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter(), selfObsMeterProvider: meterProvider })];
    if (name === 'otlp') return [batched(otlpExporter(), meterProvider)];
    reportOnce(
      `traces exporter ${name}`,
      `OTEL_TRACES_EXPORTER: '${name}' is not known here; use otlp, console or none`,
    );
    return [];
  });
}

function batched(exporter: SpanExporter, meterProvider: MeterProvider): SpanProcessor {
  return new BatchSpanProcessor({
    exporter,
    selfObsMeterProvider: meterProvider,
    ...defined({
      maxQueueSize: positive('OTEL_BSP_MAX_QUEUE_SIZE'),
      scheduledDelayMillis: positive('OTEL_BSP_SCHEDULE_DELAY'),
      exportTimeoutMillis: positive('OTEL_BSP_EXPORT_TIMEOUT'),
      maxExportBatchSize: positive('OTEL_BSP_MAX_EXPORT_BATCH_SIZE'),
    }),
  });
}

function otlpExporter(): SpanExporter {
  switch (otlpProtocolOf('TRACES')) {
    case 'grpc':
      return new GrpcExporter();
    case 'http/json':
      return new JsonExporter();
    case 'http/protobuf':
      return new ProtobufExporter();
  }
}
