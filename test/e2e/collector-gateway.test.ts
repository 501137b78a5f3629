import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { outcome } from '../../packages/otel/src/signals/attributes.ts';
import { type Collector, startCollector } from '../support/collector.ts';
import { type OtlpBackend, startOtlpBackend } from '../support/otlp-backend.ts';
import { type SentSpan, sendSpans, spanIds } from '../support/otlp-spans.ts';
import { describeWithServers } from '../support/servers.ts';
import { waitFor } from '../support/servers-process.ts';

const path = (file: string): string => fileURLToPath(new URL(`../../collector/${file}`, import.meta.url));
const JSON_OUT = [
  'exporters::otlp_http::encoding: json',
  'exporters::otlp_http::sending_queue::batch::flush_timeout: 200ms',
];
const TRACES = 200;
const ids = spanIds(23);

describeWithServers(['otelcol'], 'two Collectors behind a gateway', () => {
  const backends: OtlpBackend[] = [];
  const samplers: Collector[] = [];
  const gateways: Collector[] = [];

  beforeAll(async () => {
    for (let index = 0; index < 2; index += 1) {
      const backend = await startOtlpBackend();
      backends.push(backend);
      const env = {
        COLLECTOR_BACKEND: backend.url,
        COLLECTOR_SAMPLING_PERCENTAGE: '0',
        COLLECTOR_SPAN_METRICS_INTERVAL: '1s',
      };
      samplers.push(await startCollector(path('config.yaml'), env, JSON_OUT));
    }
    const hosts = samplers.map(({ otlpGrpc }) => new URL(otlpGrpc).host).join(', ');
    for (let index = 0; index < 2; index += 1) {
      gateways.push(await startCollector(path('gateway.yaml'), { COLLECTOR_SAMPLERS: `[${hosts}]` }));
    }
  });

  afterAll(async () => {
    for (const each of [...gateways, ...samplers, ...backends]) await each.stop();
  });

  test('get both halves of each trace at one of them, through whichever gateway they come', async () => {
    const [one, other] = gateways as [Collector, Collector];
    const traces = Array.from({ length: TRACES }, () => ids.trace());
    // The front is fine and knows of nothing; what failed is behind it. Only together are both kept.
    const front = traces.map((traceId): SentSpan => ({ traceId, spanId: ids.span(), name: 'front' }));
    const behind = front.map(
      ({ traceId, spanId }): SentSpan => ({
        traceId,
        spanId: ids.span(),
        parentSpanId: spanId,
        name: 'behind',
        attributes: { [outcome.name]: 'error' },
      }),
    );
    await sendSpans(one.otlpHttp, 'shop', front);
    await sendSpans(other.otlpHttp, 'stock', behind);
    await waitFor(() => (backends.flatMap(({ spans }) => spans).length >= 2 * TRACES ? true : undefined), {
      what: 'every half',
      log: () => gateways.map(({ log }) => log()).join('\n'),
    });
    for (const { spans } of backends) {
      const halves = Map.groupBy(spans, ({ traceId }) => traceId);
      for (const [, each] of halves) expect(each.map(({ name }) => name).sort()).toEqual(['behind', 'front']);
      // Neither of the two has nearly everything.
      expect(halves.size).toBeGreaterThan(TRACES / 4);
    }
  });

  test('keep the traces of one of them until it is back', async () => {
    const [gateway] = gateways as [Collector, Collector];
    const [away, awake] = samplers as [Collector, Collector];
    await away.stop();
    const before = backends[1]?.spans.length ?? 0;
    const spans = Array.from(
      { length: TRACES },
      (): SentSpan => ({
        traceId: ids.trace(),
        spanId: ids.span(),
        name: 'meanwhile',
        attributes: { [outcome.name]: 'error' },
      }),
    );
    await sendSpans(gateway.otlpHttp, 'shop', spans);
    const arrived = (backend: OtlpBackend | undefined) =>
      new Set(backend?.spans.filter(({ name }) => name === 'meanwhile').map(({ spanId }) => spanId));
    await waitFor(() => (arrived(backends[1]).size > 0 ? true : undefined), { what: 'the other half', log: awake.log });
    expect(backends[1]?.spans.length).toBeGreaterThan(before);
    samplers[0] = await startCollector(
      path('config.yaml'),
      {
        COLLECTOR_BACKEND: backends[0]?.url ?? '',
        COLLECTOR_SAMPLING_PERCENTAGE: '0',
        COLLECTOR_OTLP_GRPC: new URL(away.otlpGrpc).host,
      },
      JSON_OUT,
    );
    await waitFor(() => (arrived(backends[0]).size + arrived(backends[1]).size >= TRACES ? true : undefined), {
      what: 'what was sent while it was away',
      log: gateway.log,
    });
    expect(new Set([...arrived(backends[0]), ...arrived(backends[1])]).size).toBe(TRACES);
    // And none twice: it would have been counted twice, too.
    expect(backends.flatMap(({ spans }) => spans).filter(({ name }) => name === 'meanwhile')).toHaveLength(TRACES);
  });
});
