import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startApp } from '../support/app.ts';
import { startCollector } from '../support/collector.ts';
import { describeWithServers } from '../support/servers.ts';
import { waitFor } from '../support/servers-process.ts';
import { json, startUpstream } from '../support/upstream.ts';

const COLLECTOR = fileURLToPath(new URL('../../collector/config.yaml', import.meta.url));

const config = `
runtime:
  operations:
    plain:
      rate_limit: { capacity: 9, window: 1h }
      retry: { max_attempts: 3, base_delay: 1ms }
      circuit_breaker: { consecutive_failures: 50 }
      bulkhead: { limit: 4 }
      timeout: { attempt: 20s, total: 60s }
  upstreams:
    - match: { host: 127.0.0.1, path: /plain }
      operation: plain
`;

/** Labels that say who scraped or who sent, not what was measured. */
const WHERE_FROM = /^(?:job|instance|otel_scope_\w+)$/;

/** Each sample of ours: its value by name and labels, whichever order they are in and however `le` is spelled. */
function samplesOf(text: string): Record<string, number> {
  const samples: Record<string, number> = {};
  for (const [, name, labels = '', value = ''] of text.matchAll(/^(crossbridge_\w+)\{([^}]*)\} (\S+)/gm)) {
    const kept = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
      .filter(([, label = '']) => !WHERE_FROM.test(label))
      .map(([, label, each = '']) => `${label}=${label === 'le' ? numberOf(each) : each}`);
    const key = `${name}{${kept.sort().join(',')}}`;
    if (key in samples) throw new Error(`${key} is told twice`);
    samples[key] = numberOf(value);
  }
  return samples;
}

function numberOf(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

/** What the series of that name come to. */
function total(samples: Record<string, number>, name: string, label = ''): number {
  const chosen = Object.entries(samples).filter(([key]) => key.startsWith(`${name}{`) && key.includes(label));
  return chosen.reduce((sum, [, value]) => sum + value, 0);
}

describeWithServers(['otelcol'], 'an agent at rest', () => {
  it.each(['cumulative', 'delta'])(
    'is told with the same values by its own endpoint and by a Collector: %s',
    async (preference) => {
      // Every fourth request meets a failure.
      await using upstream = await startUpstream((response, _request, index) =>
        json(response, index % 4 === 2 ? 503 : 200, {}),
      );
      const collector = await startCollector(COLLECTOR, { COLLECTOR_BACKEND: 'http://127.0.0.1:9' });
      try {
        await using app = await startApp({
          app: 'server.mjs',
          config,
          env: {
            UPSTREAM_URL: upstream.url,
            OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${collector.otlpHttp}/v1/metrics`,
            OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: preference,
            OTEL_METRIC_EXPORT_INTERVAL: '500',
          },
        });
        await expect.poll(() => app.stdout, { timeout: 30_000 }).toContain('\n');
        const url = app.stdout.trim();
        // In pairs, so that deltas are of several collections, and the last calls meet an empty bucket.
        for (let pair = 0; pair < 6; pair += 1) {
          await Promise.all([fetch(url), fetch(url)]);
          await new Promise((resolve) => setTimeout(resolve, 300));
        }
        const pull = async () => samplesOf(await (await app.admin('/metrics')).text());
        const pulled = await pull();
        expect(total(pulled, 'crossbridge_call_duration_seconds_count')).toBe(12);
        expect(total(pulled, 'crossbridge_call_duration_seconds_count', 'crossbridge_outcome=throttled')).toBe(3);
        expect(
          total(pulled, 'crossbridge_retry_decisions_total', 'crossbridge_retry_decision=retried'),
        ).toBeGreaterThan(1);
        expect(Object.keys(pulled).length).toBeGreaterThan(100);
        const pushed = await waitFor(
          async () => {
            const samples = samplesOf(await collector.scrape());
            return total(samples, 'crossbridge_call_duration_seconds_count') >= 12 ? samples : undefined;
          },
          { what: 'the last call at the Collector', log: collector.log },
        );
        expect(pushed).toEqual(pulled);
        expect(await pull()).toEqual(pulled);
      } finally {
        await collector.stop();
      }
    },
  );
});
