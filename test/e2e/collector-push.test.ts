import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Collector, startCollector } from '../support/collector.ts';
import { type OtlpBackend, startOtlpBackend } from '../support/otlp-backend.ts';
import { describeWithServers } from '../support/servers.ts';
import { type RunningDemo, startDemo } from '../support/servers-demo.ts';
import { waitFor } from '../support/servers-process.ts';

const CONFIG = fileURLToPath(new URL('../../collector/config.yaml', import.meta.url));

/** Labels that say who scraped or who sent, not what was measured. */
const WHERE_FROM = /^(?:job|instance|otel_scope_\w+)$/;

/** Name and labels of each series of ours in a scrape, without the values of `le`, which may be written in several ways. */
function seriesOf(text: string): Set<string> {
  const lines = [...text.matchAll(/^(crossbridge_\w+)\{([^}]*)\}/gm)];
  return new Set(
    lines.map(([, name, labels = '']) => {
      const kept = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
        .filter(([, label = '']) => !WHERE_FROM.test(label))
        .map(([pair, label]) => (label === 'le' ? 'le' : pair));
      return `${name}{${kept.sort().join(',')}}`;
    }),
  );
}

describeWithServers(['otelcol'], 'an agent that pushes to the Collector and is scraped too', () => {
  let backend: OtlpBackend;
  let collector: Collector;
  let demo: RunningDemo;

  beforeAll(async () => {
    backend = await startOtlpBackend();
    collector = await startCollector(CONFIG, { COLLECTOR_BACKEND: backend.url }, [
      'exporters::otlp_http::encoding: json',
    ]);
    demo = await startDemo(10, {
      OTEL_SERVICE_NAME: 'shop',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.otlpHttp,
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      OTEL_BSP_SCHEDULE_DELAY: '500',
    });
  });

  afterAll(async () => {
    await demo?.stop();
    await collector?.stop();
    await backend?.stop();
  });

  test('shows the same series on both ways, so that one dashboard fits both', async () => {
    const scrapeAgent = async () => (await fetch(`http://${demo.admin}/metrics`)).text();
    // A quota that the provider no longer speaks of is gone here at once, and there a few minutes later.
    const pulled = new Set<string>();
    const pushed = await waitFor(
      async () => {
        // New series appear all the time: what was there before the push must have arrived, and the reverse.
        const before = seriesOf(await scrapeAgent());
        const pushed = seriesOf(await collector.scrape());
        for (const series of [...before, ...seriesOf(await scrapeAgent())]) pulled.add(series);
        const arrived = [...before].every((series) => pushed.has(series));
        return before.size > 100 && arrived ? pushed : undefined;
      },
      { what: 'every series at the Collector', crashed: demo.crashed, log: demo.log },
    );
    expect([...pushed].filter((series) => !pulled.has(series))).toEqual([]);
  });

  test('sends the calls as spans that say what was decided', async () => {
    const call = await waitFor(
      () => backend.spans.find(({ attributes }) => Number(attributes['crossbridge.call.attempts']) > 1),
      { what: 'the span of a call that was retried', crashed: demo.crashed, log: demo.log },
    );
    expect(call.service).toBe('shop');
    expect(call.attributes).toMatchObject({
      'crossbridge.operation': call.name,
      'crossbridge.outcome': expect.any(String),
      'crossbridge.retry.decision': expect.any(String),
    });
  });
});
