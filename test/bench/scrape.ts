/**
 * What a scrape costs beside the serializer of the stock exporter, for the same 5,000 series. Ratios of one run. Run by `npm run bench`.
 */
import { metrics } from '@crossbridge/otel';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { Bench } from 'tinybench';
import { exposition } from '../../packages/agent/src/exposition/exposition.ts';

const SERIES = 5_000;
const KINDS = 4;

class OnDemandReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

const reader = new OnDemandReader();
const provider = new MeterProvider({
  readers: [reader],
  resource: resourceFromAttributes({ 'service.name': 'bench' }),
});
const meter = provider.getMeter('bench');
const boundaries = [...metrics.callDuration.boundaries];
const samples = boundaries.length + 3;
// A histogram makes a series of each bucket, of its sum and of its count.
const histograms = Math.floor(SERIES / KINDS / samples);
const duration = meter.createHistogram('crossbridge.call.duration', {
  advice: { explicitBucketBoundaries: boundaries },
});
for (let index = 0; index < histograms; index += 1) {
  duration.record(0.02, { 'crossbridge.operation': `operation ${index}`, 'crossbridge.outcome': 'success' });
}
const counters = ['a', 'b', 'c', 'd'].map((name) => meter.createCounter(`crossbridge.rate_limit.${name}`));
for (let index = 0; index < SERIES - histograms * samples; index += 1) {
  const attributes = {
    'crossbridge.operation': `operation ${index % 50}`,
    'crossbridge.rate_limit.name': `limit ${index}`,
  };
  counters[index % counters.length]?.add(1, {
    ...attributes,
    'crossbridge.rate_limit.result': 'admitted',
    'crossbridge.mode': 'enforce',
  });
}
const { resourceMetrics } = await reader.collect();
const stock = new PrometheusSerializer();
const count = (text: string): number => text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;

const bench = new Bench({ time: 2_000, warmupTime: 500 })
  .add('openmetrics', () => exposition(resourceMetrics, 'openmetrics'))
  .add('text', () => exposition(resourceMetrics, 'prometheus'))
  .add('stock', () => stock.serialize(resourceMetrics));
await bench.run();

function ms(name: string): number {
  const result = bench.getTask(name)?.result;
  if (result === undefined || !('latency' in result)) throw new Error(`The task '${name}' has no result`);
  return result.latency.p50;
}

const shown = count(exposition(resourceMetrics, 'prometheus'));
for (const name of ['text', 'openmetrics']) {
  console.log(
    `${(ms(name) / ms('stock')).toFixed(2).padStart(6)} × (target ≤ 1)  a scrape of ${shown} series as ${name}, against the stock serializer  (${ms(name).toFixed(2)} ms / ${ms('stock').toFixed(2)} ms)`,
  );
}
