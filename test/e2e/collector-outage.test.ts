import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { type Collector, startCollector } from '../support/collector.ts';
import { type OtlpBackend, startOtlpBackend } from '../support/otlp-backend.ts';
import { type SentSpan, sendSpans, spanIds } from '../support/otlp-spans.ts';
import { describeWithServers } from '../support/servers.ts';
import { temporaryDirectory, waitFor } from '../support/servers-process.ts';

const CONFIG = fileURLToPath(new URL('../../collector/config.yaml', import.meta.url));
const ids = spanIds(11);
const QUICKLY = [
  'exporters::otlp_http::encoding: json',
  'exporters::otlp_http::retry_on_failure::max_interval: 1s',
  'exporters::otlp_http::sending_queue::batch::flush_timeout: 200ms',
];

async function send(collector: Collector, count: number): Promise<string[]> {
  const spans = Array.from(
    { length: count },
    (): SentSpan => ({ traceId: ids.trace(), spanId: ids.span(), name: 'call' }),
  );
  for (let index = 0; index < count; index += 100) {
    await sendSpans(collector.otlpHttp, 'shop', spans.slice(index, index + 100));
  }
  return spans.map(({ spanId }) => spanId);
}

/** Waits until that many spans are in the queue of the exporter. */
async function queued(collector: Collector, count: number): Promise<void> {
  await waitFor(
    async () => {
      const own = await collector.scrapeOwn();
      const size = /^otelcol_exporter_queue_size\{[^}]*data_type="traces"[^}]*\} (\d+)/m.exec(own)?.[1];
      return Number(size) >= count ? true : undefined;
    },
    { what: `${count} spans in the queue`, log: collector.log },
  );
}

async function everySpan(backends: readonly OtlpBackend[], sent: readonly string[], log: () => string): Promise<void> {
  const missing = () => {
    const arrived = new Set(backends.flatMap(({ spans }) => spans.map(({ spanId }) => spanId)));
    return sent.filter((spanId) => !arrived.has(spanId));
  };
  await waitFor(() => (missing().length === 0 ? true : undefined), { what: 'every span', log }).catch(() => {});
  expect(missing()).toEqual([]);
}

describeWithServers(['otelcol'], 'the Collector, whose backend is away for a while', () => {
  const cleanups: (() => Promise<void> | void)[] = [];

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function start(env: Readonly<Record<string, string>>): Promise<Collector> {
    const collector = await startCollector(CONFIG, env, QUICKLY);
    cleanups.push(() => collector.stop());
    return collector;
  }

  async function backend(port?: number): Promise<OtlpBackend> {
    const started = await startOtlpBackend(port);
    cleanups.push(() => started.stop());
    return started;
  }

  test('sends all of 3,000 spans that came before, during and after', async () => {
    const before = await backend();
    const collector = await start({ COLLECTOR_BACKEND: before.url });
    const first = await send(collector, 1_000);
    await waitFor(() => (before.spans.length > 0 ? true : undefined), { what: 'the first spans', log: collector.log });
    // Not at rest: some of the first are on their way.
    await before.stop();
    const second = await send(collector, 1_000);
    await queued(collector, 1_000);
    await waitFor(() => (/Exporting failed/.test(collector.log()) ? true : undefined), {
      what: 'a request that failed',
      log: collector.log,
    });
    const after = await backend(before.port);
    const third = await send(collector, 1_000);
    await everySpan([before, after], [...first, ...second, ...third], collector.log);
    expect(await collector.scrapeOwn()).not.toMatch(/^otelcol_exporter_(?:send|enqueue)_failed_spans\S* [1-9]/m);
  });

  test('sends what it had taken when it was killed itself meanwhile', async () => {
    const storage = temporaryDirectory('collector-queue');
    cleanups.push(() => storage.remove());
    const before = await backend();
    await before.stop();
    const env = { COLLECTOR_BACKEND: before.url, COLLECTOR_STORAGE: storage.path };
    const killed = await start(env);
    const sent = await send(killed, 2_000);
    await queued(killed, 2_000);
    await killed.kill();
    const after = await backend(before.port);
    expect(after.spans).toHaveLength(0);
    const again = await start(env);
    await everySpan([after], sent, again.log);
    // More than once is allowed when an answer is lost. Here none was.
    expect(after.spans).toHaveLength(2_000);
  });
});
