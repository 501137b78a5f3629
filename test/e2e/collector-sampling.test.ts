import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  breakerState,
  callAttempts,
  errorType,
  kept,
  operation,
  outcome,
  rateLimitResult,
  resendCount,
  retryDecision,
} from '../../packages/otel/src/signals/attributes.ts';
import { type Collector, startCollector } from '../support/collector.ts';
import { KIND, type OtlpBackend, startOtlpBackend } from '../support/otlp-backend.ts';
import { type SentSpan, sendSpans, spanIds } from '../support/otlp-spans.ts';
import { describeWithServers } from '../support/servers.ts';
import { waitFor } from '../support/servers-process.ts';

const CONFIG = fileURLToPath(new URL('../../collector/config.yaml', import.meta.url));
const SERVER = 2;
const ids = spanIds(7);

type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A request that a service answers, with one call in it and the requests of the call's attempts. */
function trace(
  call: Attributes,
  options: { durationMs?: number; failed?: boolean; attempts?: number } = {},
): SentSpan[] {
  const traceId = ids.trace();
  const [request, span] = [ids.span(), ids.span()];
  const { durationMs = 5, failed = false, attempts = 1 } = options;
  const client = (index: number): SentSpan => ({
    traceId,
    spanId: ids.span(),
    parentSpanId: span,
    name: 'GET',
    kind: KIND.client ?? 0,
    attributes: { [operation.name]: 'search', ...(index === 0 ? {} : { [resendCount.name]: index }) },
  });
  return [
    ...Array.from({ length: attempts }, (_, index) => client(index)),
    {
      traceId,
      spanId: span,
      parentSpanId: request,
      name: 'search',
      durationMs,
      failed,
      attributes: { [operation.name]: 'search', [callAttempts.name]: attempts, ...call },
    },
    { traceId, spanId: request, name: 'GET /search', kind: SERVER, durationMs },
  ];
}

/** What must be kept, as the agent tells it. The status is left out where the outcome alone must do. */
const PROMISED: Readonly<Record<string, () => SentSpan[]>> = {
  retried: () => trace({ [outcome.name]: 'success', [retryDecision.name]: 'retried' }, { attempts: 2 }),
  throttled: () => trace({ [outcome.name]: 'throttled', [rateLimitResult.name]: 'throttled' }, { attempts: 0 }),
  rejected: () => trace({ [outcome.name]: 'rejected', [breakerState.name]: 'open' }, { attempts: 0 }),
  slow: () => trace({ [outcome.name]: 'success' }, { durationMs: 5_100 }),
  failed: () => trace({ [outcome.name]: 'error', [errorType.name]: '503' }, { failed: true }),
  'timed out': () => trace({ [outcome.name]: 'timeout' }),
  'not retried': () => trace({ [outcome.name]: 'success', [retryDecision.name]: 'budget_empty' }),
  'kept by the agent': () => trace({ [outcome.name]: 'success', [kept.name]: true }),
};
const OF_EACH = 50;
const PLAIN = 600;

describeWithServers(['otelcol'], 'the Collector, which is to keep a tenth of the traces and all that hurt', () => {
  let backend: OtlpBackend;
  let collector: Collector;
  /** Traces so far. */
  let sent = 0;

  beforeAll(async () => {
    backend = await startOtlpBackend();
    collector = await startCollector(
      CONFIG,
      {
        COLLECTOR_BACKEND: backend.url,
        COLLECTOR_SAMPLING_PERCENTAGE: '10',
        COLLECTOR_DECISION_WAIT: '2s',
        COLLECTOR_SPAN_METRICS_INTERVAL: '1s',
      },
      ['exporters::otlp_http::encoding: json', 'exporters::otlp_http::sending_queue::batch::flush_timeout: 200ms'],
    );
  });

  afterAll(async () => {
    await collector?.stop();
    await backend?.stop();
  });

  const arrived = (traceIds: readonly string[]) => {
    const wanted = new Set(traceIds);
    return backend.spans.filter(({ traceId }) => wanted.has(traceId));
  };

  /** Every trace is decided, and what was let through has arrived: what is not there by now does not come. */
  async function settled(newTraces: number): Promise<void> {
    sent += newTraces;
    await waitFor(
      async () => {
        const own = await collector.scrapeOwn();
        const total = (name: string) =>
          [...own.matchAll(new RegExp(`^otelcol_${name}\\S* (\\d+)`, 'gm'))].reduce(
            (sum, [, value]) => sum + Number(value),
            0,
          );
        const seen = total('processor_tail_sampling_new_trace_id_received');
        const decided = total('processor_tail_sampling_global_count_traces_sampled');
        const waiting = total('exporter_queue_size');
        return seen >= sent && decided === seen && waiting === 0 ? true : undefined;
      },
      { what: 'every trace to be decided', log: collector.log },
    );
  }

  test('keeps whole each of 400 traces with a call that hurt, and a tenth of 600 others', async () => {
    const hurt = Object.entries(PROMISED).map(([why, make]) => ({
      why,
      traces: Array.from({ length: OF_EACH }, make),
    }));
    const plain = Array.from({ length: PLAIN }, () => trace({ [outcome.name]: 'success' }));
    const everything = [...plain, ...hurt.flatMap(({ traces }) => traces)];
    // The end of a trace comes in another request than its beginning, as from a process that exports every few seconds.
    for (const part of [(spans: SentSpan[]) => spans.slice(0, 1), (spans: SentSpan[]) => spans.slice(1)]) {
      for (let index = 0; index < everything.length; index += 100) {
        await sendSpans(collector.otlpHttp, 'shop', everything.slice(index, index + 100).flatMap(part));
      }
    }
    await settled(everything.length);
    for (const { why, traces } of hurt) {
      const every = traces.flat().map(({ spanId }) => spanId);
      const got = arrived(traces.map(([span]) => span?.traceId ?? ''));
      expect(new Set(got.map(({ spanId }) => spanId)), why).toEqual(new Set(every));
    }
    const keptPlain = new Set(arrived(plain.map(([span]) => span?.traceId ?? '')).map(({ traceId }) => traceId));
    // 60 of 600 within five standard deviations.
    expect(keptPlain.size).toBeGreaterThan(60 - 37);
    expect(keptPlain.size).toBeLessThan(60 + 37);
    for (const traceId of keptPlain) expect(arrived([traceId])).toHaveLength(3);
  });

  test('has counted every span, of the traces that are gone, too', async () => {
    const counts = await waitFor(
      async () => {
        const text = await collector.scrape();
        const values = [...text.matchAll(/^traces_span_metrics_calls_total\{([^}]*)\} (\d+)/gm)];
        const ofShop = values.filter(([, labels = '']) => labels.includes('service_name="shop"'));
        const total = ofShop.reduce((sum, [, , value]) => sum + Number(value), 0);
        const expected = 600 * 3 + OF_EACH * (4 + 2 + 2 + 3 + 3 + 3 + 3 + 3);
        return total >= expected ? { total, expected, labels: ofShop.map(([, labels = '']) => labels) } : undefined;
      },
      { what: 'the span metrics', log: collector.log },
    );
    expect(counts.total).toBe(counts.expected);
    const throttled = counts.labels.filter((labels) => labels.includes('crossbridge_outcome="throttled"'));
    expect(throttled).toHaveLength(1);
    expect(throttled[0]).toContain('crossbridge_operation="search"');
  });

  test('keeps a call that fails long after its trace was found to be fine', async () => {
    const fine = Array.from({ length: 60 }, () => trace({ [outcome.name]: 'success' }));
    await sendSpans(
      collector.otlpHttp,
      'shop',
      fine.map(([first]) => first).flatMap((span) => span ?? []),
    );
    await settled(fine.length);
    const traceIds = fine.map(([span]) => span?.traceId ?? '');
    const given = new Set(arrived(traceIds).map(({ traceId }) => traceId));
    // Otherwise the test would show nothing.
    expect(given.size).toBeLessThan(30);
    const late = fine.map(
      ([span]): SentSpan => ({
        traceId: span?.traceId ?? '',
        spanId: ids.span(),
        name: 'search',
        attributes: { [outcome.name]: 'timeout', [operation.name]: 'search' },
      }),
    );
    await sendSpans(collector.otlpHttp, 'shop', late);
    await waitFor(
      () => (late.every(({ spanId }) => backend.spans.some((span) => span.spanId === spanId)) ? true : undefined),
      { what: 'every late call', log: collector.log },
    );
  });

  test('lets what comes late follow a trace that is kept', async () => {
    const traces = Array.from({ length: 60 }, () => PROMISED.failed?.() ?? []);
    await sendSpans(collector.otlpHttp, 'shop', traces.flat());
    await settled(traces.length);
    const late = traces.map(
      ([span]): SentSpan => ({ traceId: span?.traceId ?? '', spanId: ids.span(), name: 'later' }),
    );
    await sendSpans(collector.otlpHttp, 'shop', late);
    await waitFor(
      () => (late.every(({ spanId }) => backend.spans.some((span) => span.spanId === spanId)) ? true : undefined),
      { what: 'every late span', log: collector.log },
    );
  });
});
