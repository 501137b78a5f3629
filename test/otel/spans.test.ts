import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace';
import { afterEach, describe, expect, it } from 'vitest';
import type { BridgeState } from '../../packages/otel/src/bridge-state.ts';
import { KeepWhatHurt } from '../../packages/otel/src/keep-what-hurt.ts';
import { createOtelObserver } from '../../packages/otel/src/otel-observer.ts';
import { CATALOGUE } from '../../packages/otel/src/signals.ts';
import { durationMs, startOtel, stopOtel } from '../support/otel.ts';
import { driveCall, FakeNow, SUCCESS } from '../support/otel-driver.ts';

afterEach(stopOtel);

describe('the span of a call', () => {
  it('is internal, named as the operation, and tells how the call went', async () => {
    const otel = startOtel();
    const time = new FakeNow();
    await driveCall(
      createOtelObserver({ now: time.now }),
      { operation: 'ai_generate', key: 'user:1', time },
      async (call) => {
        call.limit({ waitMs: 20 });
        call.queue(30);
        await call.fail('429', 100);
        call.decide('retried', '429', 250, 'retry_after');
        await call.attempt({ durationMs: 40 });
        return SUCCESS;
      },
    );
    const span = await otel.span('ai_generate');
    expect(span.kind).toBe(SpanKind.INTERNAL);
    expect(span.instrumentationScope).toMatchObject({ name: '@crossbridge/otel', version: '0.1.0' });
    expect(durationMs(span)).toBe(440);
    expect(span.status).toEqual({ code: SpanStatusCode.UNSET });
    expect(span.attributes).toEqual({
      'crossbridge.operation': 'ai_generate',
      'crossbridge.outcome': 'success',
      'crossbridge.call.attempts': 2,
      'crossbridge.call.limiter.duration': 0.02,
      'crossbridge.call.queue.duration': 0.03,
      'crossbridge.call.backoff.duration': 0.25,
      'crossbridge.rate_limit.result': 'admitted',
      'crossbridge.retry.decision': 'retried',
    });
    expect(span.events.map(({ name, attributes }) => ({ name, attributes }))).toEqual([
      {
        name: 'crossbridge.retry',
        attributes: {
          'crossbridge.attempt.number': 1,
          'error.type': '429',
          'crossbridge.retry.delay': 0.25,
          'crossbridge.delay.source': 'retry_after',
        },
      },
    ]);
  });

  it.each([
    ['error', SpanStatusCode.ERROR],
    ['throttled', SpanStatusCode.ERROR],
    ['rejected', SpanStatusCode.ERROR],
    ['timeout', SpanStatusCode.ERROR],
    ['cancelled', SpanStatusCode.UNSET],
    ['success', SpanStatusCode.UNSET],
  ] as const)('whose outcome is %s has status %i', async (outcome, code) => {
    const otel = startOtel();
    await driveCall(createOtelObserver(), {}, () => ({
      outcome,
      ...(outcome === 'success' ? {} : { errorType: 'x' }),
    }));
    const span = await otel.span('search');
    expect(span.status).toEqual({ code });
    expect(span.attributes['crossbridge.outcome']).toBe(outcome);
    expect(span.attributes['error.type']).toBe(outcome === 'success' ? undefined : 'x');
  });

  it('has an event for a refusal by the rate limit', async () => {
    const otel = startOtel();
    await driveCall(createOtelObserver(), {}, (call) => {
      call.limit({ result: 'throttled', retryAfterMs: 1500 });
      return { outcome: 'throttled', errorType: 'rate_limited' };
    });
    const span = await otel.span('search');
    expect(span.attributes).toMatchObject({
      'crossbridge.rate_limit.result': 'throttled',
      'crossbridge.call.attempts': 0,
    });
    expect(span.events).toMatchObject([
      {
        name: 'crossbridge.throttled',
        attributes: {
          'crossbridge.rate_limit.name': 'search',
          'crossbridge.mode': 'enforce',
          'crossbridge.rate_limit.retry_after': 1.5,
        },
      },
    ]);
  });

  it('tells of a refusal that shadow mode did not carry out only as an event', async () => {
    const otel = startOtel();
    await driveCall(createOtelObserver(), {}, async (call) => {
      call.limit({ result: 'throttled', mode: 'shadow' });
      await call.attempt();
      return SUCCESS;
    });
    const span = await otel.span('search');
    expect(span.attributes).not.toHaveProperty('crossbridge.rate_limit.result');
    expect(span.events[0]?.attributes).toMatchObject({ 'crossbridge.mode': 'shadow' });
  });

  it('has an event when it moved the breaker, and the state the breaker is left in', async () => {
    const otel = startOtel();
    const state: BridgeState = { operations: () => [{ operation: 'search', breaker: { state: 'closed' } }] };
    const observer = createOtelObserver({ state: () => state });
    const stateOf = async (index: number) =>
      (await otel.spans())[index]?.attributes['crossbridge.circuit_breaker.state'];
    await driveCall(observer, {}, () => SUCCESS);
    expect(await stateOf(0)).toBe('closed');
    await driveCall(observer, {}, (call) => {
      call.moveBreaker('closed', 'open');
      return { outcome: 'error', errorType: '500' };
    });
    expect(await stateOf(1)).toBe('open');
    expect((await otel.spans())[1]?.events).toMatchObject([
      {
        name: 'crossbridge.circuit_breaker.state_changed',
        attributes: { 'crossbridge.circuit_breaker.from': 'closed', 'crossbridge.circuit_breaker.to': 'open' },
      },
    ]);
    observer.on({
      type: 'circuit_breaker.changed',
      operation: 'search',
      from: 'open',
      to: 'isolated',
      target: undefined,
      call: undefined,
    });
    await driveCall(observer, {}, (call) => {
      call.refuseByBreaker();
      return { outcome: 'rejected', errorType: 'circuit_open' };
    });
    expect(await stateOf(2)).toBe('isolated');
  });

  it('carries the key only when asked to, and then hashed', async () => {
    const otel = startOtel();
    await driveCall(createOtelObserver(), { operation: 'silent', key: 'user:123' }, () => SUCCESS);
    await driveCall(
      createOtelObserver({ recordKey: 'hashed' }),
      { operation: 'hashed', key: 'user:123' },
      () => SUCCESS,
    );
    await driveCall(createOtelObserver({ recordKey: 'hashed' }), { operation: 'keyless' }, () => SUCCESS);
    const hashes = (await otel.spans()).map((span) => [span.name, span.attributes['crossbridge.key.hash']]);
    expect(hashes).toEqual([
      ['silent', undefined],
      // printf %s user:123 | sha256sum
      ['hashed', '61b7de306ccf11d6'],
      ['keyless', undefined],
    ]);
    expect(JSON.stringify((await otel.spans()).map((span) => span.attributes))).not.toContain('user:123');
  });

  it('is a child of the span around it', async () => {
    const otel = startOtel();
    await trace.getTracer('app').startActiveSpan('request', async (request) => {
      await driveCall(createOtelObserver(), {}, () => SUCCESS);
      request.end();
    });
    const [request, call] = [await otel.span('request'), await otel.span('search')];
    expect(call.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
  });

  it('costs one unrecorded span when it is not sampled, and passes the decision on', async () => {
    const otel = startOtel({ sampler: new AlwaysOffSampler() });
    let active = trace.getActiveSpan();
    await driveCall(createOtelObserver({ recordKey: 'hashed' }), { key: 'user:1' }, async (call) => {
      call.limit({ waitMs: 500 });
      await call.attempt({
        run: () => {
          active = trace.getActiveSpan();
        },
      });
      return SUCCESS;
    });
    expect(await otel.spans()).toEqual([]);
    expect(active?.isRecording()).toBe(false);
    expect(active && trace.isSpanContextValid(active.spanContext())).toBe(true);
  });

  it('begins with the SDK, even if the observer was there before', async () => {
    const observer = createOtelObserver();
    await driveCall(observer, { operation: 'early' }, () => SUCCESS);
    const otel = startOtel();
    await driveCall(observer, { operation: 'late' }, () => SUCCESS);
    expect((await otel.spans()).map((span) => span.name)).toEqual(['late']);
  });
});

it('makes no span, attribute or event that the catalogue does not have, and all that it has', async () => {
  const keep = new KeepWhatHurt({ sampler: new AlwaysOffSampler() });
  const otel = startOtel({ keep });
  const state: BridgeState = { operations: () => [{ operation: 'search', breaker: { state: 'closed' } }] };
  const observer = createOtelObserver({ recordKey: 'hashed', state: () => state, keep });
  await driveCall(observer, { key: 'user:1' }, async (call) => {
    call.limit({ waitMs: 20 });
    call.queue(1);
    await call.fail('503');
    call.decide('retried', '503');
    await call.fail('503', 5, () => trace.getTracer('http').startSpan('*', { kind: SpanKind.CLIENT }).end());
    call.decide('retried', '503', 20);
    await call.fail('503', 5, () => trace.getTracer('http').startSpan('*', { kind: SpanKind.CLIENT }).end());
    call.moveBreaker('closed', 'open', 'api.example.com');
    call.decide('retried', '503');
    await call.fail('503');
    call.decide('exhausted', '503');
    call.limit({ result: 'throttled' });
    call.hedge('throttled');
    call.runOutOfTime('total', 1000, 'shadow');
    call.fallBack('503');
    return { outcome: 'error', errorType: '503' };
  });
  const spans = await otel.spans();
  for (const definition of CATALOGUE.spans) {
    const name = definition.name.replace('{operation}', 'search');
    const attributes = spans.filter((span) => span.name === name).flatMap((span) => Object.keys(span.attributes));
    expect([name, [...new Set(attributes)].sort()]).toEqual([
      name,
      definition.attributes.map((attribute) => attribute.name).sort(),
    ]);
  }
  expect(new Set(spans.map((span) => span.name)).size).toBe(CATALOGUE.spans.length);
  const events = spans.flatMap((span) => span.events);
  const told = new Map(events.map(({ name, attributes = {} }) => [name, Object.keys(attributes).sort()]));
  expect([...told.keys()].sort()).toEqual(CATALOGUE.events.map((event) => event.name).sort());
  for (const event of CATALOGUE.events) {
    expect(told.get(event.name)).toEqual(event.attributes.map((attribute) => attribute.name).sort());
  }
});
