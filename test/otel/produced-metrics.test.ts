import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { BridgeState } from '../../packages/otel/src/bridge-state.ts';
import type { MetricProducer, ProducedHistogram, Temporality } from '../../packages/otel/src/metric-data.ts';
import { createOtelObserver, type OtelObserver } from '../../packages/otel/src/otel-observer.ts';
import { startOtel, stopOtel } from '../support/otel.ts';
import { driveCall, SUCCESS } from '../support/otel-driver.ts';

afterEach(stopOtel);

const STATE: BridgeState = {
  operations: () => [{ operation: 'search', active: 2, breaker: { state: 'open' }, retry: true }],
  health: () => ({ overall: 'healthy', checks: [{ check: 'db', status: 'healthy' }] }),
};

/** A reader of a real SDK that takes what the producer has, exported when asked to. */
function readerOf(producer: MetricProducer, temporality: AggregationTemporality) {
  const exporter = new InMemoryMetricExporter(temporality);
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: 3_600_000,
    // Without a cast: its type has to fit.
    metricProducers: [producer],
  });
  const provider = new MeterProvider({ readers: [reader] });
  return {
    export: async () => {
      exporter.reset();
      await reader.forceFlush();
      const [exported] = exporter.getMetrics();
      return exported?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? [];
    },
    stop: () => provider.shutdown(),
  };
}

async function collect(observer: OtelObserver, temporality: Temporality = 'cumulative') {
  const { resourceMetrics } = await observer.metricProducer(temporality).collect();
  return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
}

interface Step {
  readonly durationMs: number;
  readonly fails: number;
  readonly limited: boolean;
  readonly shadow: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  durationMs: fc.integer({ min: 0, max: 200_000 }),
  fails: fc.integer({ min: 0, max: 3 }),
  limited: fc.boolean(),
  shadow: fc.boolean(),
});

async function play(observer: OtelObserver, steps: readonly Step[]): Promise<void> {
  for (const { durationMs, fails, limited, shadow } of steps) {
    await driveCall(observer, {}, async (call) => {
      call.limit({ result: limited ? 'throttled' : 'admitted', mode: shadow ? 'shadow' : 'enforce', waitMs: 3 });
      if (limited && !shadow) return { outcome: 'throttled', errorType: 'rate_limited' };
      for (let failed = 0; failed < fails; failed += 1) {
        await call.fail('503', durationMs);
        call.decide('retried', '503', 20);
      }
      await call.attempt({ durationMs });
      return SUCCESS;
    });
  }
}

/** Points without times, in an order of their own. */
function plain(
  metrics: readonly { readonly descriptor: { readonly name: string }; readonly dataPoints: readonly unknown[] }[],
) {
  return metrics
    .map(({ descriptor, dataPoints, ...rest }) => ({
      name: descriptor.name,
      type: (rest as { dataPointType?: number }).dataPointType,
      monotonic: (rest as { isMonotonic?: boolean }).isMonotonic,
      points: dataPoints
        .map((point) => {
          const { attributes, value } = point as DataPoint<unknown>;
          return { attributes, value };
        })
        .sort((a, b) => (JSON.stringify(a.attributes) < JSON.stringify(b.attributes) ? -1 : 1)),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

describe('metrics that a reader takes over', () => {
  it('are the same, to the last bucket, as those of the instruments of an SDK', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        stopOtel();
        const otel = startOtel();
        const byInstruments = createOtelObserver({ state: () => STATE });
        const produced = createOtelObserver({ state: () => STATE, metrics: 'producer' });
        await play(byInstruments, steps);
        await play(produced, steps);
        const { metrics } = await otel.collect();
        expect(plain(await collect(produced))).toEqual(plain(metrics));
      }),
      { numRuns: 30 },
    );
  });

  it('pass through a reader of the SDK, and tell one that wants deltas only what is new', async () => {
    const observer = createOtelObserver({ metrics: 'producer' });
    const cumulative = readerOf(observer.metricProducer(), AggregationTemporality.CUMULATIVE);
    const delta = readerOf(observer.metricProducer('delta'), AggregationTemporality.DELTA);
    const counts = async (reader: typeof delta): Promise<unknown> => {
      const metric = (await reader.export()).find(({ descriptor }) => descriptor.name === 'crossbridge.call.duration');
      const value = metric?.dataPoints[0]?.value as { count: number; sum: number } | undefined;
      const { count, sum } = value ?? { count: 0, sum: 0 };
      return [metric?.aggregationTemporality, count, Math.round(sum * 1000)];
    };
    const call = { durationMs: 100, fails: 0, limited: false, shadow: false };
    await play(observer, [call, call]);
    expect(await counts(cumulative)).toEqual([AggregationTemporality.CUMULATIVE, 2, 206]);
    expect(await counts(delta)).toEqual([AggregationTemporality.DELTA, 2, 206]);
    await play(observer, [call]);
    expect(await counts(cumulative)).toEqual([AggregationTemporality.CUMULATIVE, 3, 309]);
    expect(await counts(delta)).toEqual([AggregationTemporality.DELTA, 1, 103]);
    await Promise.all([cumulative.stop(), delta.stop()]);
  });

  it('do without any SDK, and leave alone one that is there', async () => {
    const otel = startOtel();
    const observer = createOtelObserver({ metrics: 'producer' });
    await play(observer, [{ durationMs: 1, fails: 0, limited: false, shadow: false }]);
    expect((await otel.collect()).names).toEqual([]);
    expect((await collect(observer)).map(({ descriptor }) => descriptor.name)).toContain('crossbridge.call.duration');
  });

  it('carry, in the bucket of a sampled call, its trace', async () => {
    const otel = startOtel();
    const observer = createOtelObserver({ metrics: 'producer' });
    await play(observer, [{ durationMs: 40, fails: 0, limited: false, shadow: false }]);
    const duration = (await collect(observer)).find(
      ({ descriptor }) => descriptor.name === 'crossbridge.call.duration',
    );
    const { spanId, traceId } = (await otel.span('search')).spanContext();
    const [point] = (duration as ProducedHistogram).dataPoints;
    expect(point?.exemplars).toEqual([expect.objectContaining({ value: 0.043, traceId, spanId })]);
  });

  it('have no exemplar of a trace that nobody exports', async () => {
    const observer = createOtelObserver({ metrics: 'producer' });
    const unsampled = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 };
    await context.with(trace.setSpanContext(ROOT_CONTEXT, unsampled), () =>
      play(observer, [{ durationMs: 40, fails: 1, limited: false, shadow: false }]),
    );
    for (const metric of await collect(observer)) {
      for (const point of metric.dataPoints) expect('exemplars' in point ? point.exemplars : []).toEqual([]);
    }
  });

  it('stop growing at two thousand series, and count what came after in one of their own', async () => {
    const observer = createOtelObserver({ metrics: 'producer' });
    for (let index = 0; index < 2_010; index += 1) {
      observer.on({ type: 'health.checked', check: `c${index}`, status: 'healthy', durationMs: 1, call: undefined });
    }
    const metric = (await collect(observer)).find(
      ({ descriptor }) => descriptor.name === 'crossbridge.health.check.duration',
    );
    expect(metric?.dataPoints).toHaveLength(2_001);
    const overflow = metric?.dataPoints.at(-1) as ProducedHistogram['dataPoints'][number];
    expect([overflow.attributes, overflow.value.count]).toEqual([{ 'otel.metric.overflow': true }, 10]);
  });

  it('take no duration that is no number', async () => {
    const observer = createOtelObserver({ metrics: 'producer' });
    for (const durationMs of [Number.NaN, -1, 5]) {
      observer.on({ type: 'health.checked', check: 'db', status: 'healthy', durationMs, call: undefined });
    }
    const [metric] = await collect(observer);
    expect((metric as ProducedHistogram).dataPoints[0]?.value).toMatchObject({ count: 1, sum: 0.005 });
  });

  it('are refused by an observer that uses instruments', () => {
    expect(() => createOtelObserver().metricProducer()).toThrow("create it with { metrics: 'producer' }");
  });
});
