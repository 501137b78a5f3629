import { context, createContextKey, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  ParentBasedSampler,
  type ReadableSpan,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeepWhatHurt } from '../../packages/otel/src/keep-what-hurt.ts';
import type { ProducedHistogram, ProducedSum } from '../../packages/otel/src/metric-data.ts';
import { createOtelObserver, type OtelObserver } from '../../packages/otel/src/otel-observer.ts';
import { durationMs, type RunningOtel, startMs, startOtel, stopOtel } from '../support/otel.ts';
import { type DrivenCall, driveCall, type Ending, FakeNow, SUCCESS } from '../support/otel-driver.ts';

let otel: RunningOtel;
let observer: OtelObserver;
const time = new FakeNow();

function start(sampler: ConstructorParameters<typeof KeepWhatHurt>[0]['sampler'] = new AlwaysOffSampler()): void {
  stopOtel();
  const keep = new KeepWhatHurt({ sampler, slowerThanMs: 1_000 });
  otel = startOtel({ keep });
  observer = createOtelObserver({ keep, now: time.now, metrics: 'producer' });
}

beforeEach(() => start());
afterEach(stopOtel);

function send(): void {
  trace.getTracer('http').startSpan('GET', { kind: SpanKind.CLIENT }).end();
}

async function retried(call: DrivenCall): Promise<Ending> {
  call.limit({ waitMs: 50 });
  await call.fail('503', 70, send);
  call.decide('retried', '503', 25);
  await call.attempt({ durationMs: 30, run: send });
  return SUCCESS;
}

async function named(name: string): Promise<readonly ReadableSpan[]> {
  return (await otel.spans()).filter((span) => span.name === name);
}

/** The traces that the buckets of a histogram link to. */
async function tracesOf(metric: string): Promise<string[]> {
  const { resourceMetrics } = await observer.metricProducer().collect();
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  const histogram = metrics.find(({ descriptor }) => descriptor.name === metric) as ProducedHistogram;
  return histogram.dataPoints.flatMap(({ exemplars }) => exemplars.map(({ traceId }) => traceId));
}

const PLAIN = {
  operation: 'search',
  key: undefined,
  attempts: 1,
  startedAtMs: 0,
  limiterMs: 0,
  queueMs: 0,
  backoffMs: 0,
  rateLimits: [],
};

describe('a call that the sampler dropped', () => {
  it('is exported when it was retried, with what it had done before and what it did after', async () => {
    await driveCall(observer, { time }, retried);
    const spans = await otel.spans();
    const [call] = await named('search');
    if (call === undefined) throw new Error('The call was not kept');
    const shown = spans.map((span) => [span.name, startMs(span) - startMs(call), durationMs(span)]);
    expect(shown).toEqual([
      ['crossbridge.wait', 0, 50],
      ['search attempt', 50, 70],
      ['crossbridge.wait', 120, 25],
      ['GET', expect.any(Number), expect.any(Number)],
      ['search', 0, 175],
    ]);
    for (const span of spans) if (span !== call) expect(span.parentSpanContext?.spanId).toBe(call.spanContext().spanId);
    expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(call.attributes).toMatchObject({
      'crossbridge.call.kept': true,
      'crossbridge.call.attempts': 2,
      'crossbridge.rate_limit.result': 'admitted',
      'crossbridge.outcome': 'success',
    });
    const [sent] = await named('GET');
    expect(sent?.attributes).toMatchObject({ 'http.request.resend_count': 1 });
  });

  it.each<[string, (call: DrivenCall) => unknown, Ending]>([
    ['throttled', (call) => call.limit({ result: 'throttled' }), { outcome: 'throttled', errorType: 'rate_limited' }],
    ['refused by the bulkhead', (call) => call.refuseByBulkhead(), { outcome: 'rejected', errorType: 'bulkhead_full' }],
    ['refused by the breaker', (call) => call.refuseByBreaker(), { outcome: 'rejected', errorType: 'circuit_open' }],
    ['timed out', () => undefined, { outcome: 'timeout', errorType: 'deadline_exceeded' }],
    ['failed', () => undefined, { outcome: 'error', errorType: '500' }],
    ['slow', (call) => call.attempt({ durationMs: 1_001 }), SUCCESS],
  ])('is exported when it was %s', async (_what, body, ending) => {
    await driveCall(observer, { time }, async (call) => {
      await body(call);
      return ending;
    });
    expect(await named('search')).toHaveLength(1);
  });

  it('says that it opened the breaker, which it did before its attempt ended', async () => {
    await driveCall(observer, { time }, async (call) => {
      call.moveBreaker('closed', 'open');
      await call.fail('500');
      return { outcome: 'error', errorType: '500' };
    });
    const [kept] = await named('search');
    expect(kept?.events.map(({ name }) => name)).toEqual(['crossbridge.circuit_breaker.state_changed']);
  });

  it.each<[string, (call: DrivenCall) => unknown, Ending]>([
    ['succeeded at once', (call) => call.attempt({ durationMs: 1_000 }), SUCCESS],
    ['was cancelled', () => undefined, { outcome: 'cancelled', errorType: 'cancelled' }],
    ['was throttled in shadow mode', (call) => call.limit({ result: 'throttled', mode: 'shadow' }), SUCCESS],
  ])('is not exported when it %s', async (_what, body, ending) => {
    await driveCall(observer, { time }, async (call) => {
      await body(call);
      return ending;
    });
    expect(await otel.spans()).toEqual([]);
  });

  it('keeps the ids that it was propagated with, so that logs written before find their trace', async () => {
    let before = trace.getSpanContext(ROOT_CONTEXT);
    await driveCall(observer, { time }, async (call) => {
      before = trace.getSpanContext(context.active());
      return retried(call);
    });
    const [call] = await named('search');
    expect(call?.spanContext()).toMatchObject({ traceId: before?.traceId, spanId: before?.spanId, traceFlags: 1 });
    expect(before?.traceFlags).toBe(0);
  });

  it('keeps the calls that it makes from then on, so that nothing hangs below a span that nobody exports', async () => {
    await driveCall(observer, { time, operation: 'outer' }, async (call) => {
      await call.fail('503');
      call.decide('retried', '503', 25);
      await call.attempt({
        run: () =>
          driveCall(observer, { time, operation: 'inner' }, async (inner) => {
            await inner.attempt({ run: send });
            return SUCCESS;
          }),
      });
      return SUCCESS;
    });
    const [outer] = await named('outer');
    const [inner] = await named('inner');
    const [sent] = await named('GET');
    expect(inner?.spanContext().traceId).toBe(outer?.spanContext().traceId);
    expect(sent?.parentSpanContext?.spanId).toBe(inner?.spanContext().spanId);
    expect(inner?.attributes).not.toHaveProperty('crossbridge.call.kept');
  });

  it.each<[string, (call: DrivenCall) => unknown, Ending, string]>([
    ['was slow', (call) => call.attempt({ durationMs: 2_000 }), SUCCESS, 'crossbridge.call.duration'],
    ['failed', (call) => call.fail('500'), { outcome: 'error', errorType: '500' }, 'crossbridge.attempt.duration'],
  ])('has its trace linked from the very measurement that shows it %s', async (_what, body, ending, metric) => {
    await driveCall(observer, { time }, async (call) => {
      await body(call);
      return ending;
    });
    const [kept] = await named('search');
    expect(await tracesOf(metric)).toEqual([kept?.spanContext().traceId]);
  });

  it('has its trace linked when nothing was told of it but that it was slow', async () => {
    const call = { ...PLAIN, durationMs: 2_000, attemptMs: 2_000 };
    await observer.around({ kind: 'call', call }, async () => observer.plain(call));
    const [kept] = await named('search');
    expect(await tracesOf('crossbridge.call.duration')).toEqual([kept?.spanContext().traceId]);
  });

  it('stays in the trace of the request around it', async () => {
    const request = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 };
    await context.with(trace.setSpanContext(ROOT_CONTEXT, request), () => driveCall(observer, { time }, retried));
    const [call] = await named('search');
    expect(call?.spanContext().traceId).toBe(request.traceId);
    expect(call?.parentSpanContext?.spanId).toBe(request.spanId);
  });

  it('is counted as lost when the SDK has another sampler', async () => {
    stopOtel();
    otel = startOtel({ sampler: new AlwaysOffSampler() });
    await driveCall(observer, { time }, retried);
    expect(await otel.spans()).toEqual([]);
    const { resourceMetrics } = await observer.metricProducer().collect();
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    const losses = metrics.find(({ descriptor }) => descriptor.name === 'crossbridge.telemetry.losses') as ProducedSum;
    expect(losses.dataPoints.map(({ attributes, value }) => [attributes, value])).toEqual([
      [{ 'crossbridge.telemetry.loss': 'call_not_kept' }, 1],
    ]);
  });
});

it('neither keeps nor misses a call whose tracing is suppressed', async () => {
  const suppressed = ROOT_CONTEXT.setValue(createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true);
  await context.with(suppressed, () => driveCall(observer, { time }, retried));
  expect(await otel.spans()).toEqual([]);
  const { resourceMetrics } = await observer.metricProducer().collect();
  const names = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name));
  expect(names).not.toContain('crossbridge.telemetry.losses');
});

it('exports exactly what hurt plus the share that is sampled, at any ratio, each call once', async () => {
  const kinds = fc.constantFrom<'fine' | 'retried' | 'failed'>('fine', 'retried', 'failed');
  await fc.assert(
    fc.asyncProperty(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.array(kinds, { maxLength: 20 }),
      async (ratio, calls) => {
        start(new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }));
        await Promise.all(
          calls.map((kind, index) =>
            driveCall(observer, { operation: `op${index}` }, async (call) => {
              if (kind === 'retried') return retried(call);
              if (kind === 'failed') return { outcome: 'error', errorType: '500' };
              await call.attempt();
              return SUCCESS;
            }),
          ),
        );
        const exported = (await otel.spans()).filter(({ name }) => /^op\d+$/.test(name));
        for (const [index, kind] of calls.entries()) {
          const spans = exported.filter(({ name }) => name === `op${index}`);
          expect(spans.length).toBeLessThanOrEqual(1);
          if (kind !== 'fine') expect(spans).toHaveLength(1);
          if (kind === 'fine')
            for (const span of spans) expect(span.attributes).not.toHaveProperty('crossbridge.call.kept');
        }
      },
    ),
    { numRuns: 40 },
  );
});

it('asks the sampler behind it once for each call, and leaves every other span to it', async () => {
  const asked: string[] = [];
  start({
    shouldSample: (_context, _traceId, name) => {
      asked.push(name);
      return { decision: name === 'search' ? 2 : 0 };
    },
    toString: () => 'search only',
  });
  await driveCall(observer, { time }, async (call) => {
    await call.attempt({ run: send });
    return SUCCESS;
  });
  expect(asked).toEqual(['search', 'GET']);
  expect((await otel.spans()).map(({ name }) => name)).toEqual(['search']);
});
