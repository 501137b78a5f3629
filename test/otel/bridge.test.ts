import { setImmediate } from 'node:timers/promises';
import { createBridge } from '@crossbridge/core';
import { createOtelObserver } from '@crossbridge/otel';
import { SpanKind, trace } from '@opentelemetry/api';
import { afterEach, expect, it } from 'vitest';
import { startOtel, stopOtel } from '../support/otel.ts';

afterEach(stopOtel);

class Unavailable extends Error {
  readonly status = 503;
}

const RETRY = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 1, exponentialBase: 2, jitter: 'none' } as const;

async function send(): Promise<void> {
  const span = trace.getTracer('http').startSpan('GET', { kind: SpanKind.CLIENT });
  await setImmediate();
  span.end();
}

it('follows the calls of a real bridge: queued, retried, side by side', async () => {
  const otel = startOtel();
  const bridge = createBridge({
    operations: { search: { rateLimit: false, retry: RETRY, retryBudget: null, bulkhead: { limit: 3, queue: 100 } } },
  });
  bridge.observe(createOtelObserver({ state: () => bridge.state }));
  const calls = Array.from({ length: 30 }, () =>
    bridge.run('search', async ({ attempt }) => {
      await send();
      if (attempt === 1) throw new Unavailable();
      return attempt;
    }),
  );
  expect(await Promise.all(calls)).toEqual(Array.from({ length: 30 }, () => 2));

  const spans = await otel.spans();
  const callSpans = spans.filter((span) => span.name === 'search');
  const sent = spans.filter((span) => span.kind === SpanKind.CLIENT);
  expect([callSpans.length, sent.length]).toEqual([30, 60]);
  expect(spans.filter((span) => span.name === 'search attempt')).toEqual([]);
  for (const call of callSpans) {
    const own = sent.filter((span) => span.parentSpanContext?.spanId === call.spanContext().spanId);
    expect(own.map((span) => span.attributes['crossbridge.attempt.number'])).toEqual([1, 2]);
    expect(own.map((span) => span.attributes['http.request.resend_count'])).toEqual([undefined, 1]);
    expect(call.attributes).toMatchObject({ 'crossbridge.outcome': 'success', 'crossbridge.call.attempts': 2 });
    expect(call.events.map((event) => event.name)).toEqual(['crossbridge.retry']);
  }

  const collected = await otel.collect();
  const search = { 'crossbridge.operation': 'search' };
  const decided = {
    ...search,
    'crossbridge.retry.decision': 'retried',
    'crossbridge.mode': 'enforce',
    'error.type': '503',
  };
  expect(collected.value('crossbridge.retry.decisions', decided)).toBe(30);
  expect(collected.value('crossbridge.call.active', search)).toBe(0);
  expect(collected.value('crossbridge.bulkhead.limit', search)).toBe(3);
  expect(collected.value('crossbridge.bulkhead.active', search)).toBe(0);
});
