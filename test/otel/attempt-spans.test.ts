import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { type ReadableSpan, SamplingDecision } from '@opentelemetry/sdk-trace';
import { afterEach, expect, it } from 'vitest';
import { createOtelObserver, type OtelObserverOptions } from '../../packages/otel/src/otel-observer.ts';
import { durationMs, type RunningOtel, startMs, startOtel, stopOtel } from '../support/otel.ts';
import { driveCall, FakeNow, SUCCESS } from '../support/otel-driver.ts';

afterEach(stopOtel);

function send(): void {
  trace.getTracer('http').startSpan('GET', { kind: SpanKind.CLIENT }).end();
}

/** A call whose first attempt makes a client span and fails, and whose second makes none and succeeds. */
async function retriedCall(attemptSpans: OtelObserverOptions['attemptSpans']): Promise<void> {
  const time = new FakeNow();
  const options = { now: time.now, ...(attemptSpans === undefined ? {} : { attemptSpans }) };
  await driveCall(createOtelObserver(options), { time }, async (call) => {
    await call.fail('503', 70, send);
    call.decide('retried', '503', 5);
    await call.attempt({ durationMs: 30 });
    return SUCCESS;
  });
}

async function named(otel: RunningOtel, name: string): Promise<readonly ReadableSpan[]> {
  return (await otel.spans()).filter((span) => span.name === name);
}

it('gives an attempt a span of its own exactly where no client span stands for it', async () => {
  const otel = startOtel();
  await retriedCall(undefined);
  const [attempt, ...others] = await named(otel, 'search attempt');
  const [call] = await named(otel, 'search');
  if (attempt === undefined || call === undefined) throw new Error('A span is missing');
  expect(others).toEqual([]);
  expect(attempt.kind).toBe(SpanKind.INTERNAL);
  expect(attempt.parentSpanContext?.spanId).toBe(call.spanContext().spanId);
  expect([startMs(attempt) - startMs(call), durationMs(attempt)]).toEqual([75, 30]);
  expect(attempt.attributes).toEqual({
    'crossbridge.operation': 'search',
    'crossbridge.attempt.number': 2,
    'crossbridge.attempt.kind': 'retry',
    'crossbridge.outcome': 'success',
  });
  expect(attempt.status.code).toBe(SpanStatusCode.UNSET);
});

it('gives every attempt a span of its own when nothing tells of client spans', async () => {
  const otel = startOtel({ annotator: false });
  await retriedCall('auto');
  const attempts = await named(otel, 'search attempt');
  expect(attempts.map((span) => [span.attributes['crossbridge.outcome'], span.attributes['error.type']])).toEqual([
    ['error', '503'],
    ['success', undefined],
  ]);
  expect(attempts.map((span) => span.status.code)).toEqual([SpanStatusCode.ERROR, SpanStatusCode.UNSET]);
});

it('counts no client span that the sampler dropped: the trace would show nothing for the attempt', async () => {
  const decide = (name: string) => (name === 'GET' ? SamplingDecision.NOT_RECORD : SamplingDecision.RECORD_AND_SAMPLED);
  const otel = startOtel({
    sampler: { shouldSample: (_context, _traceId, name) => ({ decision: decide(name) }), toString: () => 'no GET' },
  });
  await retriedCall('auto');
  expect(await named(otel, 'search attempt')).toHaveLength(2);
});

it('puts client spans below the attempt span where one is always wanted', async () => {
  const otel = startOtel();
  await retriedCall('always');
  const [first, second] = await named(otel, 'search attempt');
  const [sent] = await named(otel, 'GET');
  expect(sent?.parentSpanContext?.spanId).toBe(first?.spanContext().spanId);
  expect(sent?.attributes['crossbridge.attempt.number']).toBe(1);
  expect([first, second].map((span) => span && durationMs(span))).toEqual([70, 30]);
  expect([first, second].map((span) => span?.status.code)).toEqual([SpanStatusCode.ERROR, SpanStatusCode.UNSET]);
});

it('makes no attempt spans where none are wanted', async () => {
  const otel = startOtel();
  await retriedCall('never');
  expect(await named(otel, 'search attempt')).toEqual([]);
  expect(await named(otel, 'GET')).toHaveLength(1);
});

it.each(['cancelled', 'timeout'] as const)('tells of an attempt that ended by %s', async (outcome) => {
  const otel = startOtel();
  await driveCall(createOtelObserver(), {}, async (call) => {
    await call.attempt({ outcome, errorType: outcome });
    return { outcome, errorType: outcome };
  });
  const [attempt] = await named(otel, 'search attempt');
  expect(attempt?.attributes).toMatchObject({ 'crossbridge.outcome': outcome, 'error.type': outcome });
  expect(attempt?.status.code).toBe(outcome === 'timeout' ? SpanStatusCode.ERROR : SpanStatusCode.UNSET);
});
