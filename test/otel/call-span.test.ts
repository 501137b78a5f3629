import { SpanStatusCode } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { createOtelObserver } from '../../packages/otel/src/otel-observer.ts';
import { startOtel, stopOtel } from '../support/otel.ts';
import { driveCall, FakeNow, SUCCESS } from '../support/otel-driver.ts';

afterEach(stopOtel);

describe('the span of a call', () => {
  it('says that a fallback answered, and keeps the outcome and the status of the failure', async () => {
    const otel = startOtel();
    await driveCall(createOtelObserver(), {}, async (call) => {
      await call.fail('503');
      call.fallBack('503');
      return { outcome: 'error', errorType: '503' };
    });
    const span = await otel.span('search');
    expect(span.attributes).toMatchObject({
      'crossbridge.fallback': true,
      'crossbridge.outcome': 'error',
      'error.type': '503',
    });
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR });
  });

  it('shows no retry where shadow mode only would have retried', async () => {
    const otel = startOtel();
    const time = new FakeNow();
    await driveCall(createOtelObserver({ now: time.now, attemptSpans: 'never' }), { time }, async (call) => {
      await call.fail('503');
      call.decideInShadow('retried', '503', 400);
      time.advance(400);
      return { outcome: 'error', errorType: '503' };
    });
    const span = await otel.span('search');
    expect(span.events).toEqual([]);
    expect(span.attributes).not.toHaveProperty('crossbridge.retry.decision');
    expect((await otel.spans()).map(({ name }) => name)).toEqual(['search']);
  });

  it('has an event for each decision about a hedge', async () => {
    const otel = startOtel();
    await driveCall(createOtelObserver(), {}, async (call) => {
      await call.attempt({ run: () => call.hedge('not_idempotent', 250, 'shadow') });
      return SUCCESS;
    });
    const { events } = await otel.span('search');
    expect(events.map(({ name, attributes }) => ({ name, attributes }))).toEqual([
      {
        name: 'crossbridge.hedge',
        attributes: {
          'crossbridge.attempt.number': 1,
          'crossbridge.hedge.decision': 'not_idempotent',
          'crossbridge.mode': 'shadow',
          'crossbridge.hedge.delay': 0.25,
        },
      },
    ]);
  });

  it('has an event for a timeout that shadow mode let pass, and none where the outcome says it', async () => {
    const otel = startOtel();
    await driveCall(createOtelObserver(), {}, async (call) => {
      call.runOutOfTime('total', 1500, 'shadow');
      call.runOutOfTime('attempt', 100, 'enforce');
      await call.attempt({ outcome: 'timeout', errorType: 'attempt_timeout' });
      return { outcome: 'timeout', errorType: 'attempt_timeout' };
    });
    const { events } = await otel.span('search');
    expect(events.map(({ name, attributes }) => ({ name, attributes }))).toEqual([
      {
        name: 'crossbridge.timeout',
        attributes: {
          'crossbridge.timeout.scope': 'total',
          'crossbridge.mode': 'shadow',
          'crossbridge.timeout.limit': 1.5,
        },
      },
    ]);
  });

  it('names the target whose breaker the call moved, and none where the operation has one breaker', async () => {
    const otel = startOtel();
    await driveCall(createOtelObserver(), {}, (call) => {
      call.moveBreaker('closed', 'open', 'api.example.com');
      call.moveBreaker('open', 'half_open');
      return SUCCESS;
    });
    const { events } = await otel.span('search');
    expect(events.map(({ attributes }) => attributes?.['crossbridge.circuit_breaker.target'])).toEqual([
      'api.example.com',
      undefined,
    ]);
  });
});
