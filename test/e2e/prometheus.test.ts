import { afterAll, beforeAll, expect, test } from 'vitest';
import { prometheusMetricName } from '../../packages/otel/src/prometheus-names.ts';
import { CATALOGUE } from '../../packages/otel/src/signals.ts';
import { type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { describeWithServers } from '../support/servers.ts';
import { type RunningDemo, startDemo } from '../support/servers-demo.ts';
import { waitFor } from '../support/servers-process.ts';

/** The faults of the upstream are spread over this time. */
const DEMO_SECONDS = 20;

describeWithServers(['prometheus'], 'a Prometheus that scrapes the demo', () => {
  let demo: RunningDemo;
  let prometheus: Prometheus;

  beforeAll(async () => {
    demo = await startDemo(DEMO_SECONDS);
    prometheus = await startPrometheus({ targets: { demo: [demo.admin] } });
  });

  afterAll(async () => {
    await prometheus?.stop();
    await demo?.stop();
  });

  test('reads every sample of the scrape', async () => {
    const [target] = await waitFor(
      async () => {
        const targets = await prometheus.targets();
        return targets.length === 1 && targets[0]?.health !== 'unknown' ? targets : undefined;
      },
      { what: 'the first scrape', crashed: demo.crashed, log: prometheus.log },
    );
    expect(target).toMatchObject({ job: 'demo', health: 'up', lastError: '' });
    expect(prometheus.log()).not.toMatch(/level=(?:warn|error).*(?:scrape|append|duplicate|out.of.order)/i);
  });

  test('knows every metric by the type that the catalogue gives it', async () => {
    const metadata = await waitFor(
      async () => {
        const families = await prometheus.metadata();
        return 'crossbridge_call_duration_seconds' in families ? families : undefined;
      },
      { what: 'the metrics of calls', crashed: demo.crashed, log: demo.log },
    );
    const catalogue = new Map(CATALOGUE.metrics.map((metric) => [prometheusMetricName(metric), metric.type]));
    const ours = Object.entries(metadata).filter(([name]) => name.startsWith('crossbridge_'));
    for (const [name, [family]] of ours) {
      // An OpenMetrics family of counters is named without the suffix of its samples.
      const type = catalogue.get(name) ?? catalogue.get(`${name}_total`);
      expect(family?.type, name).toBe(type === 'updowncounter' ? 'gauge' : type);
    }
  });

  test('links buckets to the traces of calls in them', async () => {
    const end = () => Date.now() / 1000;
    const exemplars = await waitFor(
      async () => {
        const found = await prometheus.queryExemplars('crossbridge_call_duration_seconds_bucket', {
          start: end() - 120,
          end: end(),
        });
        return found.length > 0 ? found : undefined;
      },
      { what: 'exemplars', crashed: demo.crashed, log: demo.log },
    );
    for (const { labels, value } of exemplars) {
      expect(labels).toEqual({
        trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
      });
      expect(value).toBeGreaterThanOrEqual(0);
    }
  });
});
