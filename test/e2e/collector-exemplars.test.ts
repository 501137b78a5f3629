import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { operation, outcome } from '../../packages/otel/src/signals/attributes.ts';
import { type Collector, startCollector } from '../support/collector.ts';
import { type SentSpan, sendSpans, spanIds } from '../support/otlp-spans.ts';
import { type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { describeWithServers } from '../support/servers.ts';
import { waitFor } from '../support/servers-process.ts';

const CONFIG = fileURLToPath(new URL('../../collector/config.yaml', import.meta.url));

describeWithServers(['otelcol', 'prometheus'], 'the metrics that the Collector makes of spans', () => {
  let collector: Collector;
  let prometheus: Prometheus;
  const ids = spanIds(31);
  const spans = Array.from(
    { length: 20 },
    (_, index): SentSpan => ({
      traceId: ids.trace(),
      spanId: ids.span(),
      name: 'search',
      durationMs: 3 * (index + 1),
      attributes: { [operation.name]: 'search', [outcome.name]: index % 4 === 0 ? 'error' : 'success' },
    }),
  );

  beforeAll(async () => {
    collector = await startCollector(CONFIG, {
      COLLECTOR_BACKEND: 'http://127.0.0.1:9',
      // Twice the interval of the scrapes.
      COLLECTOR_SPAN_METRICS_INTERVAL: '2s',
    });
    const target = new URL(collector.prometheusUrl).host;
    prometheus = await startPrometheus({ targets: { collector: [target] }, honorLabels: true });
    // An exemplar is shown until the next flush, so somebody must be looking.
    await waitFor(async () => ((await prometheus.targets())[0]?.health === 'up' ? true : undefined), {
      what: 'the first scrape',
      log: prometheus.log,
    });
    await sendSpans(collector.otlpHttp, 'shop', spans);
  });

  afterAll(async () => {
    await prometheus?.stop();
    await collector?.stop();
  });

  const range = () => ({ start: Date.now() / 1000 - 60, end: Date.now() / 1000 });

  test('have every span in Prometheus, by operation and outcome, under the service that sent it', async () => {
    const query =
      'sum by (job, crossbridge_operation, crossbridge_outcome) (traces_span_metrics_duration_seconds_count)';
    const series = await waitFor(
      async () => {
        const found = await prometheus.query(query);
        return found.length > 0 ? found : undefined;
      },
      { what: 'the span metrics', log: collector.log },
    );
    const counts = series.map(({ labels, samples }) => ({ ...labels, count: samples[0]?.[1] }));
    expect(counts).toHaveLength(2);
    const labels = { job: 'shop', crossbridge_operation: 'search' };
    expect(counts).toContainEqual({ ...labels, crossbridge_outcome: 'success', count: 15 });
    expect(counts).toContainEqual({ ...labels, crossbridge_outcome: 'error', count: 5 });
  });

  test('lead from a bucket to a trace', async () => {
    const query = 'traces_span_metrics_duration_seconds_bucket{crossbridge_operation="search"}';
    const exemplars = await waitFor(
      async () => {
        const found = await prometheus.queryExemplars(query, range());
        return found.length > 0 ? found : undefined;
      },
      { what: 'exemplars', log: prometheus.log },
    );
    const sent = new Map(spans.map(({ traceId, durationMs = 0 }) => [traceId, durationMs / 1000]));
    for (const { labels, value } of exemplars) expect(sent.get(labels.trace_id ?? '')).toBeCloseTo(value, 6);
  });
});
