import { type Attributes, context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { type DataPoint, MeterProvider, type MetricData, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { KeepWhatHurt } from '../../packages/otel/src/keep-what-hurt.ts';
import { AttemptAnnotator } from '../../packages/otel/src/span-processor.ts';

export interface OtelOptions {
  /** Default true: client spans are annotated. */
  readonly annotator?: boolean;
  readonly sampler?: Sampler;
  readonly keep?: KeepWhatHurt;
}

/** A real SDK, registered globally, that keeps everything in memory. */
export interface RunningOtel {
  /** Every span that has ended. */
  spans(): Promise<readonly ReadableSpan[]>;
  /** The one span of that name that has ended. */
  span(name: string): Promise<ReadableSpan>;
  collect(): Promise<Collected>;
}

class OnDemandReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

export class Collected {
  readonly metrics: readonly MetricData[];
  readonly errors: readonly unknown[];

  constructor(metricData: readonly MetricData[], errors: readonly unknown[]) {
    this.metrics = metricData;
    this.errors = errors;
  }

  get names(): readonly string[] {
    return this.metrics.map((metric) => metric.descriptor.name).sort();
  }

  metric(name: string): MetricData {
    const found = this.metrics.find((metric) => metric.descriptor.name === name);
    if (found === undefined) throw new Error(`No metric '${name}' was collected, only ${this.names.join(', ')}`);
    return found;
  }

  points(name: string): readonly DataPoint<unknown>[] {
    return this.metrics.find((metric) => metric.descriptor.name === name)?.dataPoints ?? [];
  }

  /** The number that the series with exactly these attributes has; undefined when there is no such series. */
  value(name: string, attributes: Attributes): unknown {
    return this.points(name).find((point) => same(point.attributes, attributes))?.value;
  }
}

/** Registers a tracer provider, a meter provider and a context manager, as an application's SDK does at its start. */
export function startOtel(options: OtelOptions = {}): RunningOtel {
  const exporter = new InMemorySpanExporter();
  const annotators = options.annotator === false ? [] : [new AttemptAnnotator()];
  const tracerProvider = new TracerProvider({
    spanProcessors: [...annotators, new SimpleSpanProcessor({ exporter })],
    ...(options.sampler === undefined ? {} : { sampler: options.sampler }),
    ...(options.keep === undefined ? {} : { sampler: options.keep.sampler, idGenerator: options.keep.idGenerator }),
  });
  const reader = new OnDemandReader();
  const meterProvider = new MeterProvider({ readers: [reader] });
  const registered = [
    trace.setGlobalTracerProvider(tracerProvider),
    metrics.setGlobalMeterProvider(meterProvider),
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()),
  ];
  if (registered.includes(false)) throw new Error('An OpenTelemetry SDK is registered already: stop it first');
  const spans = async (): Promise<readonly ReadableSpan[]> => {
    await tracerProvider.forceFlush();
    return exporter.getFinishedSpans();
  };
  return {
    spans,
    span: async (name) => {
      const [span, ...others] = (await spans()).filter((candidate) => candidate.name === name);
      if (span === undefined) throw new Error(`No span '${name}' has ended`);
      if (others.length > 0) throw new Error(`${others.length + 1} spans are named '${name}'`);
      return span;
    },
    collect: async () => {
      const { resourceMetrics, errors } = await reader.collect();
      return new Collected(
        resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics),
        errors,
      );
    },
  };
}

/** Unregisters whatever is registered globally. */
export function stopOtel(): void {
  trace.disable();
  metrics.disable();
  context.disable();
}

export function durationMs(span: ReadableSpan): number {
  return Math.round(span.duration[0] * 1e3 + span.duration[1] / 1e6);
}

export function startMs(span: ReadableSpan): number {
  return Math.round(span.startTime[0] * 1e3 + span.startTime[1] / 1e6);
}

function same(a: Attributes, b: Attributes): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
