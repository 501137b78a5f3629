/**
 * What telemetry costs a call, beside the SDK's own instruments and spans. Ratios of one run: the machine drifts, so milliseconds say
 * nothing. Run by `npm run bench`.
 */
import { createBridge } from '@crossbridge/core';
import { createOtelObserver } from '@crossbridge/otel';
import { context, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace';
import { Bench } from 'tinybench';

const config = {
  operations: {
    search: {
      rateLimit: { capacity: 1e9, windowSeconds: 1 },
      retry: 'default',
      circuitBreaker: { consecutiveFailures: 5 },
      bulkhead: { limit: 100 },
      timeout: { attemptMs: 10_000 },
    },
  },
} as const;

const fn = async (): Promise<number> => 42;
const times = new Map<string, number>();

/** Nanoseconds of the median run of each task, all of them in one bench. */
async function time(tasks: Readonly<Record<string, () => unknown>>): Promise<void> {
  const bench = new Bench({ time: 1_000, warmupTime: 300 });
  for (const [name, task] of Object.entries(tasks)) bench.add(name, task);
  await bench.run();
  for (const { name, result } of bench.tasks) {
    if (!('latency' in result)) throw new Error(`The task '${name}' has no result`);
    times.set(name, result.latency.mean * 1e6);
  }
}

function ns(name: string): number {
  const found = times.get(name);
  if (found === undefined) throw new Error(`Nothing was measured as '${name}'`);
  return found;
}

function say(ratio: number, target: number, what: string): void {
  console.log(`${ratio.toFixed(2).padStart(6)} × (target ≤ ${target})  ${what}`);
}

class OnDemandReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

const provider = new MeterProvider({ readers: [new OnDemandReader()] });
const meter = provider.getMeter('bench');
const counter = meter.createCounter('calls');
const histogram = meter.createHistogram('duration');

const plain = createBridge(config);
const produced = createBridge(config, { observers: [createOtelObserver({ metrics: 'producer' })] });
const idle = createBridge(config, { observers: [createOtelObserver()] });

await time({
  'un-observed': () => plain.run('search', fn),
  'metrics, produced': () => produced.run('search', fn),
  'no SDK': () => idle.run('search', fn),
  'add + record': () => {
    counter.add(1, { operation: 'search', outcome: 'success' });
    histogram.record(0.01, { operation: 'search', outcome: 'success' });
  },
});
say(
  (ns('metrics, produced') - ns('un-observed')) / ns('add + record'),
  0.25,
  'metrics of a successful call, by the producer, against one add + one record of the SDK',
);
say(ns('no SDK') / ns('un-observed'), 1.1, 'observed while no SDK is registered, against un-observed');

for (const [name, value] of times) console.log(`        ${Math.round(value)} ns  ${name}`);
export { context, SpanKind, trace, AsyncLocalStorageContextManager, type ReadableSpan, TracerProvider };
