import type { KeepWhatHurt } from '@crossbridge/otel';
import { DiagLogLevel, diag, type LoggerProvider, logs, metrics } from '@opentelemetry/api';
import { envDetector, serviceInstanceIdDetector } from '@opentelemetry/resources';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { reportOnce } from '../report.ts';
import { exportersOf, text } from './env.ts';
import { instrumentationsAtStart, instrumentLater } from './instrumentations.ts';
import { LateProcessor } from './late-processor.ts';
import { type ProducerFor, pushReaders } from './metrics.ts';
import { PullReader } from './pull-reader.ts';
import { spanProcessors } from './traces.ts';

export interface RunningSdk {
  /** Read by `/metrics`. */
  readonly pullReader: PullReader;
  /** Exports what is queued and goes on. */
  flush(): Promise<void>;
  /** Exports what is queued and stops. */
  shutdown(): Promise<void>;
}

/** What the agent brings to the SDK. */
export interface SdkParts {
  readonly annotator: SpanProcessor;
  /** Undefined: the sampler alone decides. */
  readonly keep: KeepWhatHurt | undefined;
  readonly producerFor: ProducerFor;
}

export function isSdkDisabled(): boolean {
  return text('OTEL_SDK_DISABLED')?.toLowerCase() === 'true';
}

/**
 * Starts the OpenTelemetry SDK as the standard `OTEL_*` variables say, plus what the agent needs of it. Undefined when they say
 * that there is to be none.
 */
export function startSdk({ annotator, keep, producerFor }: SdkParts): RunningSdk | undefined {
  if (isSdkDisabled()) return undefined;
  reportFirstOfEachFailure();
  const pullReader = new PullReader([producerFor('cumulative')]);
  const metricReaders: IMetricReader[] = [pullReader, ...pushReaders(producerFor)];
  const exporting = new LateProcessor();
  const processors = [annotator, exporting];
  const sdk = new NodeSDK({
    metricReaders,
    spanProcessors: processors,
    instrumentations: instrumentationsAtStart(),
    ...(keep === undefined ? {} : { sampler: keep.sampler, idGenerator: keep.idGenerator }),
    // Without a place to send logs to, the SDK would take localhost:4318 for one.
    ...(exportersOf('LOGS').length === 0 ? { logRecordProcessors: [] } : {}),
    // The process detector would put the command line, and with it secrets, into every export.
    ...(text('OTEL_NODE_RESOURCE_DETECTORS') === undefined
      ? { resourceDetectors: [envDetector, serviceInstanceIdDetector] }
      : {}),
  });
  sdk.start();
  exporting.set(spanProcessors(metrics.getMeterProvider()));
  const stopInstrumenting = instrumentLater();
  return {
    pullReader,
    flush: async () => {
      await Promise.all([...[...processors, ...metricReaders].map((part) => part.forceFlush()), flushLogs()]);
    },
    shutdown: () => {
      stopInstrumenting();
      return sdk.shutdown();
    },
  };
}

/** The SDK makes the processors of log records itself and does not hand them out. */
async function flushLogs(): Promise<void> {
  const provider: LoggerProvider & { forceFlush?: () => Promise<void> } = logs.getLoggerProvider();
  await provider.forceFlush?.();
}

/** The SDK keeps silent unless `OTEL_LOG_LEVEL` is set; a collector that cannot be reached is worth one line. */
function reportFirstOfEachFailure(): void {
  if (text('OTEL_LOG_LEVEL') !== undefined) return;
  const once = (message: string, ...details: unknown[]): void => {
    const line = [message, ...details].map(readable).join(' ').slice(0, 300);
    reportOnce(`sdk ${line.slice(0, 40)}`, `OpenTelemetry: ${line} (said once)`);
  };
  const quiet = (): void => {};
  diag.setLogger(
    { error: once, warn: once, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

/** The SDK hands its errors over as JSON text with a stack; a person wants the message. */
function readable(part: unknown): string {
  if (part instanceof Error) return part.message;
  const text = String(part);
  if (!text.startsWith('{')) return text;
  try {
    const { message, code } = JSON.parse(text) as { message?: unknown; code?: unknown };
    return [message, code].filter((each) => typeof each === 'string' && each !== '').join(' ') || text;
  } catch {
    return text;
  }
}
