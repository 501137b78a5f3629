import { createBridge, type Observer } from '@crossbridge/core';
import { type Context, type Span, SpanKind, trace } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { BreakerStates } from '../../packages/otel/src/breaker-states.ts';
import { KeepWhatHurt } from '../../packages/otel/src/keep-what-hurt.ts';
import { createOtelObserver, type OtelObserverOptions } from '../../packages/otel/src/otel-observer.ts';
import { CallSpans } from '../../packages/otel/src/spans.ts';
import { failing, httpError, plainRetry } from '../support/bridges.ts';
import { startOtel, stopOtel } from '../support/otel.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

afterEach(stopOtel);

/** Wants every fact, so that nothing is plain for anybody. */
const nosy: Observer = { on: () => {} };

/** Calls of every kind, on a real bridge whose time is that of the spans too. */
async function play(options: OtelObserverOptions, others: readonly Observer[], sleepMs = 40) {
  const clock = new VirtualClock();
  const observer = createOtelObserver({ now: () => 1_700_000_000_000 + clock.now(), ...options });
  const policies = { retry: plainRetry, bulkhead: { limit: 1, queue: 1 }, circuitBreaker: { consecutiveFailures: 2 } };
  const rateLimit = { capacity: 6, windowSeconds: 60 };
  const bridge = createBridge(
    { operations: { search: { ...policies, rateLimit }, embed: { hedge: { delayMs: 30 } } } },
    { clock, random: () => 0.5, observers: [observer, ...others] },
  );
  const takes = (ms: number) => async (): Promise<void> => {
    trace.getTracer('http').startSpan('GET', { kind: SpanKind.CLIENT }).end();
    await new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
  };
  const quietly = async (call: Promise<unknown>): Promise<void> => {
    await clock.run(call.catch(() => undefined));
  };
  await quietly(bridge.run('search', takes(sleepMs), { key: 'user:1' }));
  await quietly(Promise.all([1, 2].map(() => bridge.run('search', takes(sleepMs)))));
  await quietly(bridge.run('search', failing([httpError(503)], 1)));
  await quietly(bridge.run('search', failing([httpError(400)], undefined), { fallback: takes(1) }));
  for (let call = 0; call < 4; call += 1) await quietly(bridge.run('search', takes(10), { fallback: takes(1) }));
  await quietly(bridge.run('embed', takes(10)));
  await quietly(bridge.run('embed', takes(sleepMs)));
  return observer;
}

async function metricsOf(options: OtelObserverOptions, others: readonly Observer[]) {
  const observer = await play({ ...options, metrics: 'producer' }, others);
  const { resourceMetrics } = await observer.metricProducer().collect();
  const metrics = resourceMetrics.scopeMetrics[0]?.metrics ?? [];
  return sorted(
    metrics.flatMap(({ descriptor: { name }, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => ({ name, attributes, value })),
    ),
  );
}

/** Series stand in the order in which they were first seen. */
function sorted<T>(points: readonly T[]): T[] {
  return [...points].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

async function spansOf(options: OtelObserverOptions, others: readonly Observer[], sleepMs?: number) {
  const otel = startOtel(options.keep === undefined ? {} : { keep: options.keep });
  await play(options, others, sleepMs);
  const spans = await otel.spans();
  stopOtel();
  const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  return spans.map(({ name, attributes, events, status, startTime, endTime, parentSpanContext }) => ({
    name,
    attributes,
    events,
    status,
    times: name === 'GET' ? undefined : [startTime, endTime],
    parent: names.get(parentSpanContext?.spanId ?? ''),
  }));
}

describe('calls that go through at once', () => {
  it('measure what they would measure event by event', async () => {
    const plain = await metricsOf({}, []);
    expect(plain).toEqual(await metricsOf({}, [nosy]));
    expect(JSON.stringify(plain)).toContain('crossbridge.rate_limit.wait.duration');
  });

  it('measure the same by instruments', async () => {
    const collected: string[] = [];
    for (const others of [[], [nosy]]) {
      const otel = startOtel();
      trace.disable();
      await play({}, others);
      collected.push(
        JSON.stringify((await otel.collect()).metrics, (key, value) => (key.endsWith('Time') ? 0 : value)),
      );
      stopOtel();
    }
    expect(collected[0]).toBe(collected[1]);
    expect(collected[0]).toContain('crossbridge.attempt.duration');
  });

  it('count for their own operation and limits, whichever call was before', async () => {
    const told = fc.record({
      operation: fc.constantFrom('search', 'embed'),
      rateLimits: fc.constantFrom<readonly string[]>([], ['a'], ['b'], ['a', 'b']),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(told, { maxLength: 12 }), async (calls) => {
        const observer = createOtelObserver({ metrics: 'producer' });
        for (const each of calls) observer.plain({ ...newCall().call, ...each });
        const { resourceMetrics } = await observer.metricProducer().collect();
        const counted = Object.fromEntries(
          (resourceMetrics.scopeMetrics[0]?.metrics ?? []).flatMap(({ descriptor: { name }, dataPoints }) =>
            dataPoints.map(({ attributes, value }) => [
              [name, attributes['crossbridge.operation'], attributes['crossbridge.rate_limit.name']].join(' '),
              typeof value === 'number' ? value : value.count,
            ]),
          ),
        );
        for (const operation of ['search', 'embed']) {
          const own = calls.filter((call) => call.operation === operation);
          for (const limit of ['a', 'b']) {
            const admitted = own.filter(({ rateLimits }) => rateLimits.includes(limit)).length;
            expect(counted[`crossbridge.rate_limit.requests ${operation} ${limit}`] ?? 0).toBe(admitted);
            expect(counted[`crossbridge.rate_limit.wait.duration ${operation} ${limit}`] ?? 0).toBe(admitted);
          }
          expect(counted[`crossbridge.call.duration ${operation} `] ?? 0).toBe(own.length);
          expect(counted[`crossbridge.attempt.duration ${operation} `] ?? 0).toBe(own.length);
        }
      }),
    );
  });

  it('leave the spans that they would leave event by event', async () => {
    const spans = await spansOf({}, []);
    expect(spans).toEqual(await spansOf({}, [nosy]));
    expect(spans.filter(({ name }) => name === 'search')).toHaveLength(9);
  });

  it('are kept alike when they hurt, or were slow', async () => {
    const keep = () => new KeepWhatHurt({ sampler: new AlwaysOffSampler(), slowerThanMs: 100 });
    const spans = await spansOf({ keep: keep() }, [], 150);
    expect(spans).toEqual(await spansOf({ keep: keep() }, [nosy], 150));
    const slow = spans.filter(({ attributes }) => attributes['crossbridge.outcome'] === 'success');
    expect(slow.length).toBeGreaterThan(3);
  });

  it('are forgotten when they have ended, even if the SDK fails at their spans', async () => {
    const spans = new CallSpans({
      attemptSpans: 'auto',
      recordKey: false,
      now: () => 1_700_000_000_000,
      breakers: new BreakerStates(undefined),
      keep: undefined,
      onLost: () => {},
    });
    startOtel();
    const seen: unknown[] = [];
    for (const fails of [false, true]) {
      for (const told of ['plain', 'all']) {
        const { call } = newCall();
        spans.enter({ kind: 'call', call });
        const span = trace.getSpan(spans.contextOf({ type: 'call.started', call }) as Context) as Span;
        if (fails) {
          span.end = () => {
            throw new Error('SDK');
          };
        }
        const ended = { type: 'call.ended', call, outcome: 'success', errorType: undefined, durationMs: 1 } as const;
        const end = (): void => (told === 'plain' ? spans.plain(call) : spans.on(ended));
        if (fails) expect(end).toThrow('SDK');
        else end();
        seen.push(spans.contextOf({ type: 'call.started', call }));
      }
    }
    expect(seen).toEqual([undefined, undefined, undefined, undefined]);
  });
});

function newCall() {
  const times = { startedAtMs: 0, limiterMs: 0, queueMs: 0, attemptMs: 0, backoffMs: 0, durationMs: 1 };
  return { call: { operation: 'search', key: undefined, attempts: 0, rateLimits: [], ...times } };
}
