import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prometheusLabelName, prometheusMetricName } from '../../packages/otel/src/prometheus-names.ts';
import type { MetricDefinition } from '../../packages/otel/src/signals/definitions.ts';
import { CATALOGUE } from '../../packages/otel/src/signals.ts';
import { type Collector, startCollector } from '../support/collector.ts';
import { type OtlpBackend, startOtlpBackend } from '../support/otlp-backend.ts';
import { type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { describeWithServers } from '../support/servers.ts';
import { waitFor } from '../support/servers-process.ts';

const CONFIG = fileURLToPath(new URL('../../collector/config.yaml', import.meta.url));
const resource = resourceFromAttributes({ 'service.name': 'shop', 'service.instance.id': 'shop-1' });

/** One value for every attribute that the metric can have. */
function attributesOf(metric: MetricDefinition): Record<string, string> {
  const definitions = [...metric.attributes, ...metric.optional];
  return Object.fromEntries(definitions.map(({ name, values }) => [name, Object.keys(values)[0] ?? 'some value']));
}

/** Sends one measurement of every metric of the catalogue over OTLP. */
async function sendMetrics(collector: Collector): Promise<void> {
  const exporter = new OTLPMetricExporter({
    url: `${collector.otlpHttp}/v1/metrics`,
    temporalityPreference: AggregationTemporality.CUMULATIVE,
  });
  // The interval is longer than any test: what is sent is sent by the shutdown.
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ resource, readers: [reader] });
  const meter = provider.getMeter('@crossbridge/otel', '0.1.0');
  for (const metric of CATALOGUE.metrics) {
    const { name, unit, description } = metric;
    const attributes = attributesOf(metric);
    switch (metric.type) {
      case 'counter':
        meter.createCounter(name, { unit, description }).add(1, attributes);
        break;
      case 'updowncounter':
        meter.createUpDownCounter(name, { unit, description }).add(1, attributes);
        break;
      case 'gauge':
        meter.createGauge(name, { unit, description }).record(1, attributes);
        break;
      case 'histogram': {
        const advice = { explicitBucketBoundaries: [...metric.boundaries] };
        meter.createHistogram(name, { unit, description, advice }).record(0.3, attributes);
      }
    }
  }
  await provider.shutdown();
}

async function sendSpans(collector: Collector, names: readonly string[]): Promise<void> {
  const exporter = new OTLPTraceExporter({ url: `${collector.otlpHttp}/v1/traces` });
  const provider = new TracerProvider({ resource, spanProcessors: [new BatchSpanProcessor({ exporter })] });
  const tracer = provider.getTracer('@crossbridge/otel');
  for (const name of names) tracer.startSpan(name, { attributes: { 'crossbridge.operation': name } }).end();
  await provider.shutdown();
}

describeWithServers(['otelcol'], 'the Collector with collector/config.yaml', () => {
  let backend: OtlpBackend;
  let collector: Collector;

  beforeAll(async () => {
    backend = await startOtlpBackend();
    // Protocol buffers by default; JSON is what the backend of this test reads.
    collector = await startCollector(CONFIG, { COLLECTOR_BACKEND: backend.url }, [
      'exporters::otlp_http::encoding: json',
    ]);
    await sendMetrics(collector);
  });

  afterAll(async () => {
    await collector?.stop();
    await backend?.stop();
  });

  test('starts without a warning about its configuration', () => {
    expect(collector.log()).not.toMatch(/deprecated|\twarn\t.*config/i);
  });

  test('gives every metric of the catalogue the name that CrossBridge says it has in Prometheus', async () => {
    const text = await waitFor(
      async () => {
        const scraped = await collector.scrape();
        return scraped.includes('crossbridge_') ? scraped : undefined;
      },
      { what: 'metrics at the Prometheus exporter', log: collector.log },
    );
    for (const metric of CATALOGUE.metrics) {
      const name = prometheusMetricName(metric);
      const series = metric.type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name];
      const labels = Object.entries(attributesOf(metric)).map(
        ([attribute, value]) => `${prometheusLabelName(attribute)}="${value}"`,
      );
      for (const expected of series) {
        const lines = text.split('\n').filter((line) => line.startsWith(`${expected}{`));
        expect(lines, expected).not.toHaveLength(0);
        for (const label of [...labels, 'job="shop"', 'instance="shop-1"']) expect(lines[0], expected).toContain(label);
      }
    }
    // Nothing of ours comes out under a name that the function does not know.
    const expected = new Set(CATALOGUE.metrics.map((metric) => prometheusMetricName(metric)));
    const found = [...text.matchAll(/^((?:crossbridge|gen_ai)_\w+)\{/gm)].map(([, name = '']) =>
      name.replace(/_(?:bucket|count|sum)$/, ''),
    );
    expect(new Set(found)).toEqual(expected);
  });

  test('passes traces on to the backend, with the service they come from', async () => {
    await sendSpans(collector, ['search', 'embed']);
    const named = (name: string) =>
      waitFor(() => backend.spans.find((span) => span.name === name), {
        what: `the span '${name}' at the backend`,
        log: collector.log,
      });
    expect([await named('search'), await named('embed')]).toMatchObject([
      { name: 'search', service: 'shop', attributes: { 'crossbridge.operation': 'search' } },
      { name: 'embed', service: 'shop', attributes: { 'crossbridge.operation': 'embed' } },
    ]);
  });

  test('sends traces again when the backend was unavailable, and loses none', async () => {
    const before = backend.requests();
    backend.failNext(2, 503);
    await sendSpans(collector, ['during the outage']);
    await waitFor(() => backend.spans.find(({ name }) => name === 'during the outage'), {
      what: 'the span that was refused at first',
      log: collector.log,
    });
    expect(backend.requests() - before).toBe(3);
  });

  test('shows its own health as metrics', async () => {
    await sendSpans(collector, ['counted']);
    const own = await waitFor(
      async () => {
        const scraped = await collector.scrapeOwn();
        return /^otelcol_receiver_accepted_spans\S* [1-9]/m.test(scraped) ? scraped : undefined;
      },
      { what: 'the count of accepted spans', log: collector.log },
    );
    expect(own).toMatch(/^otelcol_exporter_queue_capacity\S* 100000$/m);
  });

  describeWithServers(['prometheus'], 'scraped by Prometheus', () => {
    let prometheus: Prometheus;

    beforeAll(async () => {
      const { host } = new URL(collector.prometheusUrl);
      prometheus = await startPrometheus({ targets: { collector: [host] }, honorLabels: true });
    });

    afterAll(() => prometheus?.stop());

    test('keeps the service as the job, as prometheus.yml says', async () => {
      expect(readFileSync(new URL('../../collector/prometheus.yml', import.meta.url), 'utf8')).toContain(
        'honor_labels: true',
      );
      const [series] = await waitFor(
        async () => {
          const found = await prometheus.query('crossbridge_call_duration_seconds_count');
          return found.length > 0 ? found : undefined;
        },
        { what: 'a scrape of the Collector', log: prometheus.log },
      );
      expect(series?.labels).toMatchObject({ job: 'shop', instance: 'shop-1' });
      expect(await prometheus.targets()).toMatchObject([{ job: 'collector', health: 'up', lastError: '' }]);
    });
  });
});
