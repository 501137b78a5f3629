/**
 * What telemetry costs a call, beside the SDK's own instruments and spans as one writes them by hand. Ratios of one run: the machine drifts,
 * so nanoseconds say nothing. Run by `npm run bench`.
 */
import { spawnSync } from 'node:child_process';
import { createBridge } from '@crossbridge/core';
import { createOtelObserver, KeepWhatHurt } from '@crossbridge/otel';
import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  AlwaysOffSampler,
  ParentBasedSampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import {
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { Bench } from 'tinybench';

/** Of each measurement, since the clock costs as much as a part of a call, and since one call in ten is sampled. */
const CALLS = 20;

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

class OnDemandReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** Ends spans as cheaply as can be: exporting is the same for all. */
const discard: SpanProcessor = {
  onStart() {},
  onEnd() {},
  forceFlush: async () => {},
  shutdown: async () => {},
};

/** Nanoseconds of one call: the median of many runs, whose order alternates. */
async function time<Name extends string>(
  tasks: Readonly<Record<Name, () => unknown>>,
): Promise<Readonly<Record<Name, number>>> {
  const names = Object.keys(tasks) as Name[];
  const runs = new Map<string, number[]>(names.map((name) => [name, []]));
  const bench = (ms: number) => {
    const each = new Bench({ time: ms, warmupTime: 50 });
    for (const name of names) {
      const task = tasks[name];
      each.add(name, async () => {
        for (let call = 0; call < CALLS; call += 1) await task();
      });
    }
    return each;
  };
  // Several rounds, so that a task does not pay for what the machine did in its second.
  for (let round = 0; round < 6; round += 1) {
    globalThis.gc?.();
    const each = bench(200);
    await each.run();
    for (const { name, result } of each.tasks) {
      if (!('latency' in result)) throw new Error(`The task '${name}' has no result`);
      if (round > 0) runs.get(name)?.push((result.latency.p50 * 1e6) / CALLS);
    }
  }
  const medians = names.map((name) => [name, median(runs.get(name) ?? [])] as const);
  for (const [name, ns] of medians) console.log(`${String(Math.round(ns)).padStart(14)} ns  ${name}`);
  return Object.fromEntries(medians) as Record<Name, number>;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function say(ratio: number, target: number, what: string): void {
  console.log(`${ratio.toFixed(2).padStart(6)} × (target ≤ ${target})  ${what}`);
}

const provider = new MeterProvider({ readers: [new OnDemandReader()] });
const meter = provider.getMeter('bench');
const counter = meter.createCounter('calls');
const histogram = meter.createHistogram('duration');
const measure = (seconds: number): void => {
  counter.add(1, { operation: 'search', outcome: 'success' });
  histogram.record(seconds, { operation: 'search', outcome: 'success' });
};
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

const plain = createBridge(config);
const bare = (): unknown => plain.run('search', fn);

/** A span around `fn` as one writes it: active meanwhile, with five attributes, ended whatever happens. */
function spanAround(provider: TracerProvider, inside: () => Promise<unknown>): () => Promise<unknown> {
  const tracer = provider.getTracer('bench');
  return () => {
    const attributes = { operation: 'search', outcome: 'success', attempts: 1, limit: 'admitted', breaker: 'closed' };
    return tracer.startActiveSpan('search', { attributes }, async (span) => {
      try {
        return await inside();
      } finally {
        span.end();
      }
    });
  };
}

const all = new TracerProvider({ spanProcessors: [discard] });
const withSpan = spanAround(all, fn);

const rows: Readonly<Record<string, () => Promise<void>>> = {
  async produced() {
    const produced = createBridge(config, { observers: [createOtelObserver({ metrics: 'producer' })] });
    const idle = createBridge(config, { observers: [createOtelObserver()] });
    const ns = await time({
      bare,
      produced: () => produced.run('search', fn),
      idle: () => idle.run('search', fn),
      function: fn,
      sdk: async () => measure(0.01),
    });
    const sdk = ns.sdk - ns.function;
    say(
      (ns.produced - ns.bare) / sdk,
      0.25,
      'metrics of a call, by the producer, against one add + one record of the SDK',
    );
    say(ns.idle / ns.bare, 1.1, 'a call while no SDK is registered, against one that is not observed');
  },
  async instruments() {
    metrics.setGlobalMeterProvider(provider);
    const instruments = createBridge(config, { observers: [createOtelObserver()] });
    const ns = await time({
      bare,
      instruments: () => instruments.run('search', fn),
      function: fn,
      sdk: async () => measure(0.01),
    });
    const sdk = ns.sdk - ns.function;
    say((ns.instruments - ns.bare) / sdk, 1.5, 'the same by the instruments of the SDK that is registered');
    metrics.disable();
  },
  async spans() {
    trace.setGlobalTracerProvider(all);
    const state = (): typeof spans.state => spans.state;
    const spans = createBridge(config, { observers: [createOtelObserver({ state })] });
    const ns = await time({ bare, spans: () => spans.run('search', fn), function: fn, sdk: withSpan });
    const sdk = ns.sdk - ns.function;
    say(
      (ns.spans - ns.bare) / sdk,
      1.3,
      'the span of a call, sampled, against one span of the SDK, made active, with five attributes',
    );
    trace.disable();
  },
  async dropped() {
    const keep = new KeepWhatHurt({ sampler: new AlwaysOffSampler() });
    trace.setGlobalTracerProvider(
      new TracerProvider({ spanProcessors: [discard], sampler: keep.sampler, idGenerator: keep.idGenerator }),
    );
    const dropped = createBridge(config, { observers: [createOtelObserver({ keep })] });
    const ns = await time({ bare, dropped: () => dropped.run('search', fn), function: fn, sdk: withSpan });
    const sdk = ns.sdk - ns.function;
    say(
      (ns.dropped - ns.bare) / sdk,
      0.3,
      'the same, not sampled but ready to keep what hurts, against that sampled span',
    );
    trace.disable();
  },
  async whole() {
    const keep = new KeepWhatHurt({ sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.1) }) });
    trace.setGlobalTracerProvider(
      new TracerProvider({ spanProcessors: [discard], sampler: keep.sampler, idGenerator: keep.idGenerator }),
    );
    const whole = createBridge(config, {
      observers: [createOtelObserver({ metrics: 'producer', keep, state: () => whole.state })],
    });
    const flexible = new RateLimiterMemory({ points: 1e9, duration: 1 });
    const policies = wrap(
      retry(handleAll, { maxAttempts: 2 }),
      circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(5) }),
      bulkhead(100),
      timeout(10_000, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false }),
    );
    const tenth = new TracerProvider({
      spanProcessors: [discard],
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.1) }),
    });
    const byHand = spanAround(tenth, async () => {
      const startedAt = performance.now();
      try {
        await flexible.consume('key');
        return await policies.execute(fn);
      } finally {
        measure((performance.now() - startedAt) / 1000);
      }
    });
    const ns = await time({ whole: () => whole.run('search', fn), byHand });
    say(
      ns.whole / ns.byHand,
      0.35,
      'all policies, all metrics and a span of each tenth call, against rate-limiter-flexible + cockatiel + the SDK by hand',
    );
  },
};

const [asked] = process.argv.slice(2);
if (asked === undefined) for (const name of Object.keys(rows)) runApart(name);
else await rows[asked]?.();

/**
 * A process for each row. A service has one bridge and one observer; here those of the rows before would teach the compiler that there are
 * several of everything, and each row would cost what its place in the list costs.
 */
function runApart(name: string): void {
  const args = [...process.execArgv, import.meta.filename, name];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`The row '${name}' failed`);
}
