// An application with OpenTelemetry SDK 2.x, which registers it before or after CrossBridge is there.
import { createBridge } from '@crossbridge/core';
import { createOtelObserver } from '@crossbridge/otel';
import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

class OnDemandReader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}

const exporter = new InMemorySpanExporter();
const reader = new OnDemandReader();

function registerSdk() {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
}

const late = process.argv[2] === 'late';
if (!late) registerSdk();
let bridge;
const observer = createOtelObserver({ state: () => bridge?.state });
bridge = createBridge(
  { operations: { search: { retry: { maxAttempts: 2, baseDelayMs: 1 }, bulkhead: { limit: 3 } } } },
  { observers: [observer] },
);
if (late) {
  await bridge.run('search', async () => 1);
  registerSdk();
}
let attempts = 0;
await bridge.run('search', async () => {
  attempts += 1;
  if (attempts === 1) throw Object.assign(new Error('busy'), { status: 503 });
});

const { resourceMetrics } = await reader.collect();
const points = resourceMetrics.scopeMetrics.flatMap(({ metrics: each }) =>
  each.flatMap(({ descriptor, dataPoints }) =>
    dataPoints.map(({ attributes, value }) => ({ name: descriptor.name, attributes, value: value.count ?? value })),
  ),
);
const spans = exporter.getFinishedSpans().map(({ name, attributes }) => ({ name, attributes }));
process.stdout.write(JSON.stringify({ points, spans }));
