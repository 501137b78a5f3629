import { context, SpanKind, trace } from '@opentelemetry/api';
import { afterEach, expect, it } from 'vitest';
import { createOtelObserver } from '../../packages/otel/src/otel-observer.ts';
import { startOtel, stopOtel } from '../support/otel.ts';
import { driveCall, SUCCESS } from '../support/otel-driver.ts';

afterEach(stopOtel);

function send(name: string, kind: SpanKind = SpanKind.CLIENT): void {
  trace.getTracer('http').startSpan(name, { kind }).end();
}

it('marks client spans with operation and attempt, and counts resends from the second attempt on', async () => {
  const otel = startOtel();
  await driveCall(createOtelObserver(), { operation: 'embed' }, async (call) => {
    await call.fail('503', 5, () => send('first'));
    call.decide('retried', '503', 100);
    await call.fail('503', 5, () => send('second'));
    call.decide('retried', '503', 100);
    await call.attempt({ run: () => send('third') });
    return SUCCESS;
  });
  const sent = (await otel.spans()).filter((span) => span.kind === SpanKind.CLIENT);
  expect(sent.map((span) => [span.name, span.attributes])).toEqual([
    ['first', { 'crossbridge.operation': 'embed', 'crossbridge.attempt.number': 1 }],
    ['second', { 'crossbridge.operation': 'embed', 'crossbridge.attempt.number': 2, 'http.request.resend_count': 1 }],
    ['third', { 'crossbridge.operation': 'embed', 'crossbridge.attempt.number': 3, 'http.request.resend_count': 2 }],
  ]);
});

it('counts the client span of a hedge as a resend, although the first request is still under way', async () => {
  const otel = startOtel();
  await driveCall(createOtelObserver(), {}, async (call) => {
    await call.attempt({
      outcome: 'cancelled',
      errorType: 'cancelled',
      run: async () => {
        send('first');
        call.hedge('hedged');
        await call.attempt({ kind: 'hedge', run: () => send('hedge') });
        send('late');
      },
    });
    return SUCCESS;
  });
  const sent = (await otel.spans()).filter((span) => span.kind === SpanKind.CLIENT);
  expect(sent.map((span) => [span.name, span.attributes['http.request.resend_count']])).toEqual([
    ['first', undefined],
    ['hedge', 1],
    ['late', undefined],
  ]);
});

it('marks every client span of an attempt, below spans of the application too, and nothing but client spans', async () => {
  const otel = startOtel();
  await driveCall(createOtelObserver(), {}, async (call) => {
    await call.fail('503');
    call.decide('retried', '503');
    await call.attempt({
      run: () => {
        const work = trace.getTracer('app').startSpan('work');
        context.with(trace.setSpan(context.active(), work), () => {
          send('token');
          send('query');
          send('publish', SpanKind.PRODUCER);
        });
        work.end();
      },
    });
    return SUCCESS;
  });
  const marked = (await otel.spans()).filter((span) => 'http.request.resend_count' in span.attributes);
  expect(marked.map((span) => span.name)).toEqual(['token', 'query']);
});

it('leaves client spans outside of attempts alone', async () => {
  const otel = startOtel();
  send('before any call');
  await driveCall(createOtelObserver({ attemptSpans: 'never' }), {}, (call) => {
    send('in a call, before its first attempt');
    call.limit({});
    return SUCCESS;
  });
  const sent = (await otel.spans()).filter((span) => span.kind === SpanKind.CLIENT);
  expect(sent.map((span) => span.attributes)).toEqual([{}, {}]);
});

it('marks the client spans of a call inside an attempt by that call, and not by the attempt around it', async () => {
  const otel = startOtel();
  const observer = createOtelObserver();
  await driveCall(observer, { operation: 'answer' }, async (outer) => {
    await outer.fail('503');
    outer.decide('retried', '503');
    await outer.attempt({
      run: () =>
        driveCall(observer, { operation: 'search' }, async (inner) => {
          send('between');
          await inner.attempt({ run: () => send('inner') });
          return SUCCESS;
        }),
    });
    return SUCCESS;
  });
  const spans = await otel.spans();
  const attributesOf = (name: string) => spans.find((span) => span.name === name)?.attributes;
  expect(attributesOf('inner')).toEqual({ 'crossbridge.operation': 'search', 'crossbridge.attempt.number': 1 });
  expect(attributesOf('between')).toEqual({});
  expect(spans.filter((span) => span.name === 'answer attempt')).toHaveLength(2);
  expect(spans.filter((span) => span.name === 'search attempt')).toHaveLength(0);
});
