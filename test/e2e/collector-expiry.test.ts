import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { secondsOf } from '../../dashboards/src/rules/settings.ts';
import { type Collector, startCollector } from '../support/collector.ts';
import { describeWithServers } from '../support/servers.ts';
import { waitFor } from '../support/servers-process.ts';

const CONFIG = fileURLToPath(new URL('../../collector/config.yaml', import.meta.url));

/** Seconds between two pushes of an agent, unless OTEL_METRIC_EXPORT_INTERVAL says otherwise. */
const PUSH_S = 60;

test('collector/config.yaml forgets a process before an alert takes what it said last for what is', () => {
  const { exporters } = parse(readFileSync(CONFIG, 'utf8')) as {
    exporters: { prometheus: { metric_expiration: string } };
  };
  const expiration = secondsOf(exporters.prometheus.metric_expiration);
  // One push may be late or lost.
  expect(expiration).toBeGreaterThan(2 * PUSH_S);
  expect(expiration).toBeLessThanOrEqual(3 * PUSH_S);
});

describeWithServers(['otelcol'], 'the Collector, of processes that push', () => {
  let collector: Collector;

  beforeAll(async () => {
    collector = await startCollector(CONFIG, {}, ['exporters::prometheus::metric_expiration: 3s']);
  });

  afterAll(() => collector?.stop());

  /** Pushes what a process that does nothing says: a counter that stands still. */
  async function push(instance: string): Promise<void> {
    const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
    const now = `${BigInt(Date.now()) * 1_000_000n}`;
    const point = { asInt: '7', startTimeUnixNano: '1700000000000000000', timeUnixNano: now };
    const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints: [point] };
    const response = await fetch(`${collector.otlpHttp}/v1/metrics`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        resourceMetrics: [
          {
            resource: {
              attributes: [attribute('service.name', 'shop'), attribute('service.instance.id', instance)],
            },
            scopeMetrics: [{ scope: { name: 'shop' }, metrics: [{ name: 'crossbridge.config.reloads', sum }] }],
          },
        ],
      }),
    });
    expect(response.status).toBe(200);
  }

  async function shown(): Promise<Set<string>> {
    const text = await collector.scrape();
    const series = text.matchAll(/^crossbridge_config_reloads_total\{[^}]*instance="([^"]*)"[^}]*\} 7(?:\.0)?\b/gm);
    return new Set([...series].map(([, instance = '']) => instance));
  }

  test('shows what stands still as long as it is told, and forgets who says no more', async () => {
    await push('died');
    await push('lives');
    expect(await shown()).toEqual(new Set(['died', 'lives']));
    await waitFor(
      async () => {
        await push('lives');
        const left = await shown();
        expect(left).toContain('lives');
        return left.has('died') ? undefined : true;
      },
      { what: 'the end of the other process', log: collector.log, everyMs: 500 },
    );
  });
});
