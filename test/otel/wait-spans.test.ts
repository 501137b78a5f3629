import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { afterEach, describe, expect, it } from 'vitest';
import { createOtelObserver } from '../../packages/otel/src/otel-observer.ts';
import { durationMs, startMs, startOtel, stopOtel } from '../support/otel.ts';
import { driveCall, FakeNow, SUCCESS } from '../support/otel-driver.ts';

afterEach(stopOtel);

describe('a wait', () => {
  it('of more than 10 ms is a child span with the time it took', async () => {
    const otel = startOtel();
    const time = new FakeNow();
    await driveCall(createOtelObserver({ now: time.now, attemptSpans: 'never' }), { time }, async (call) => {
      call.limit({ waitMs: 11 });
      call.queue(40);
      await call.fail('503', 7);
      call.decide('retried', '503', 300);
      await call.attempt({ durationMs: 2 });
      return SUCCESS;
    });
    const call = await otel.span('search');
    const waits = (await otel.spans()).filter((span) => span.name === 'crossbridge.wait');
    const told = waits.map((span) => [
      span.attributes['crossbridge.phase'],
      startMs(span) - startMs(call),
      durationMs(span),
    ]);
    expect(told).toEqual([
      ['limiter', 0, 11],
      ['queue', 11, 40],
      ['backoff', 58, 300],
    ]);
    for (const span of waits) {
      expect(span.parentSpanContext?.spanId).toBe(call.spanContext().spanId);
      expect(span.attributes['crossbridge.operation']).toBe('search');
    }
  });

  it('of 10 ms or less has no span', async () => {
    const otel = startOtel();
    const time = new FakeNow();
    await driveCall(createOtelObserver({ now: time.now, attemptSpans: 'never' }), { time }, async (call) => {
      call.limit({ waitMs: 10 });
      call.queue(10);
      await call.fail('503');
      call.decide('retried', '503', 10);
      await call.attempt();
      return SUCCESS;
    });
    expect((await otel.spans()).map((span) => span.name)).toEqual(['search']);
  });

  it('for a slot that ends in a refusal ends with the refusal', async () => {
    const otel = startOtel();
    const time = new FakeNow();
    await driveCall(createOtelObserver({ now: time.now }), { time }, (call) => {
      call.refuseByBulkhead('enforce', 50);
      time.advance(5);
      return { outcome: 'rejected', errorType: 'bulkhead_full' };
    });
    const [call, wait] = [await otel.span('search'), await otel.span('crossbridge.wait')];
    expect([startMs(wait) - startMs(call), durationMs(wait), durationMs(call)]).toEqual([0, 50, 55]);
    expect(wait.attributes['crossbridge.phase']).toBe('queue');
  });

  it('that an abort ends is shown as long as it was, without an event of its own', async () => {
    const otel = startOtel();
    const time = new FakeNow();
    await driveCall(createOtelObserver({ now: time.now, attemptSpans: 'never' }), { time }, async (call) => {
      await call.fail('503', 5);
      call.tell({
        type: 'retry.decided',
        call: call.info,
        attempt: 1,
        decision: 'retried',
        mode: 'enforce',
        errorType: '503',
        delayMs: 60_000,
        source: 'retry_after',
      });
      time.advance(400);
      call.info.backoffMs += 400;
      return { outcome: 'cancelled', errorType: 'cancelled' };
    });
    const wait = await otel.span('crossbridge.wait');
    expect([wait.attributes['crossbridge.phase'], durationMs(wait)]).toEqual(['backoff', 400]);
  });

  it('before a retry does not overlap the wait for the limit that counts attempts', async () => {
    const otel = startOtel();
    const time = new FakeNow();
    await driveCall(createOtelObserver({ now: time.now, attemptSpans: 'never' }), { time }, async (call) => {
      await call.fail('503', 5);
      call.decide('retried', '503', 100);
      call.limit({ waitMs: 30 });
      await call.attempt();
      return SUCCESS;
    });
    const waits = (await otel.spans()).filter((span) => span.name === 'crossbridge.wait');
    expect(waits.map((span) => [span.attributes['crossbridge.phase'], durationMs(span)])).toEqual([
      ['backoff', 100],
      ['limiter', 30],
    ]);
    expect(startMs(waits[1] as ReadableSpan)).toBe(startMs(waits[0] as ReadableSpan) + 100);
  });
});
