import { channel } from 'node:diagnostics_channel';
import { createBridge } from '@crossbridge/core';
import { createOtelObserver, KeepWhatHurt } from '@crossbridge/otel';
import { SpanKind, trace } from '@opentelemetry/api';
import { afterEach, expect, it } from 'vitest';
import type { ProducedHistogram } from '../../packages/otel/src/metric-data.ts';
import { CATALOGUE } from '../../packages/otel/src/signals.ts';
import { ModelStore } from '../core/rate-limit/shared/model-client.ts';
import { httpError, rejection } from '../support/bridges.ts';
import { startOtel, stopOtel } from '../support/otel.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

afterEach(stopOtel);

const RETRY = { maxAttempts: 2, baseDelayMs: 20, maxDelayMs: 20, exponentialBase: 2, jitter: 'none' } as const;

/** A bridge whose operations each have what one situation needs. */
const config = {
  rateLimiting: { maxKeys: 2, store: {} },
  operations: {
    retried: { retry: RETRY },
    limited: { rateLimit: { capacity: 1, windowSeconds: 1, maxWaitMs: 2_000, shared: false } },
    throttled: { rateLimit: { capacity: 1, windowSeconds: 1e6, shared: false } },
    full: { bulkhead: { limit: 1, queue: 1 } },
    tripped: { circuitBreaker: { consecutiveFailures: 1 } },
    late: { timeout: { attemptMs: 30 } },
    watched: { timeout: { totalMs: 30, mode: 'shadow' } },
    hedged: { hedge: { delayMs: 10 } },
    shared: { rateLimit: { capacity: 10_000, windowSeconds: 1 } },
  },
  healthChecks: { failureThreshold: 1, flapping: { transitions: 2 }, degradedMode: { disableFeatures: ['summaries'] } },
} as const;

it('has a situation for every signal, and no signal that is not in it', async () => {
  // One call is dropped by the sampler and kept since it hurts; the others are sampled.
  const shouldSample = (_context: unknown, _traceId: string, name: string) => ({
    decision: name === 'retried' ? 0 : 2,
  });
  const keep = new KeepWhatHurt({ sampler: { shouldSample, toString: () => 'most' } });
  const otel = startOtel({ keep });
  const clock = new VirtualClock();
  const store = new ModelStore(clock);
  const bridge = createBridge(config, { clock, random: () => 0.5, sharedStore: store.client() });
  const logged = new Set<string>();
  const observer = createOtelObserver({
    metrics: 'producer',
    keep,
    recordKey: 'hashed',
    streams: true,
    genAi: true,
    now: () => clock.now(),
    state: () => ({ ...bridge.state, patches: () => [{ module: 'fetch', status: 'active' }] }),
    writeLog: ({ event }) => logged.add(event),
  });
  bridge.observe(observer);
  const producer = observer.metricProducer();
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(() => resolve(), ms));
  const busy = (ms: number) => () => sleep(ms);
  const fail = (): Promise<never> => Promise.reject(httpError(503));
  const send = async (): Promise<never> => {
    trace.getTracer('http').startSpan('*', { kind: SpanKind.CLIENT }).end();
    return fail();
  };
  const all = (...calls: Promise<unknown>[]) => clock.run(Promise.allSettled(calls));

  await all(bridge.run('retried', send, { key: 'user:1' }));
  await all(bridge.run('limited', busy(1), { key: 'a' }), bridge.run('limited', fail, { key: 'a' }));
  for (let key = 0; key < 10; key += 1) bridge.rateLimiter.check(`${key}`, 1, 1);
  await clock.advance(5_000);
  for (let key = 0; key < 100; key += 1) await all(bridge.run('throttled', busy(1), { key: `key ${key}` }));
  await all(bridge.run('throttled', busy(1), { key: 'key 99' }));
  await all(bridge.run('full', busy(50)), bridge.run('full', fail), bridge.run('full', fail));
  await all(bridge.run('tripped', fail));
  await all(bridge.run('tripped', fail, { fallback: { value: 1 } }));
  await all(bridge.run('late', busy(50)));
  await all(bridge.run('watched', busy(50)));
  await all(bridge.run('hedged', busy(50)));
  bridge.noteQuota('retried', { name: 'requests', remaining: 3, limit: 5, resetAfterMs: 1e6 });
  let works = true;
  bridge.health.register('db', () => works);
  for (works of [true, false, true, false]) await clock.run(bridge.health.run('db'));
  bridge.health.register('cache', () => true, { required: true });
  await clock.run(bridge.health.run('cache'));
  bridge.apply(config);
  channel('crossbridge:stream.first_content').publish({
    operation: 'retried',
    attempt: 1,
    afterMs: 250,
    attemptMs: 200,
  });
  const usage = { input: 7, output: 3 };
  channel('crossbridge:stream.end').publish({ operation: 'retried', end: 'truncated', afterMs: 900, usage });
  channel('crossbridge:model.call').publish({
    operation: 'retried',
    task: 'chat',
    provider: 'openai',
    model: 'gpt-test',
    usage,
    durationMs: 900,
    errorType: undefined,
  });
  store.mood = 'fails';
  for (let key = 0; key < 4; key += 1) await all(bridge.run('shared', busy(1), { key: `key ${key}` }));
  store.mood = 'well';
  await clock.advance(5_000);
  for (let ms = 0; ms < 3_000; ms += 1) {
    for (let call = 0; call < 3; call += 1) void bridge.run('shared', busy(1), { key: 'hot' });
    await clock.advance(1);
  }
  const lock = Promise.all([bridge.run('full', busy(1_000)), bridge.run('full', busy(1_000))]);

  const { resourceMetrics } = await producer.collect();
  const raised = resourceMetrics.scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .filter(({ dataPoints }) =>
      dataPoints.some(({ value }) => (typeof value === 'number' ? value : (value as { count: number }).count) > 0),
    );
  // What only goes wrong where the SDK and the observer do not fit has tests of its own.
  const never = ['crossbridge.telemetry.losses'];
  expect([...raised.map(({ descriptor }) => descriptor.name), ...never].sort()).toEqual(
    CATALOGUE.metrics.map(({ name }) => name).sort(),
  );
  for (const metric of raised) {
    const definition = CATALOGUE.metrics.find(({ name }) => name === metric.descriptor.name);
    const known = [...(definition?.attributes ?? []), ...(definition?.optional ?? [])];
    for (const { attributes } of metric.dataPoints as ProducedHistogram['dataPoints']) {
      for (const [name, value] of Object.entries(attributes)) {
        const attribute = known.find((each) => each.name === name);
        expect(attribute, `${metric.descriptor.name} ${name}`).toBeDefined();
        if (attribute?.bound === 'values') expect(Object.keys(attribute.values)).toContain(value);
      }
    }
  }
  await all(lock);
  const spans = await otel.spans();
  const operations = new Set<string>(Object.keys(config.operations));
  const shapes = new Set(
    spans.map(({ name }) =>
      operations.has(name) ? '{operation}' : name.replace(/^\w+ attempt$/, '{operation} attempt'),
    ),
  );
  expect([...shapes].sort()).toEqual(CATALOGUE.spans.map(({ name }) => name).sort());
  const events = new Set(spans.flatMap((span) => span.events.map(({ name }) => name)));
  expect([...events].sort()).toEqual(CATALOGUE.events.map(({ name }) => name).sort());
  expect([...logged].sort()).toEqual(CATALOGUE.logs.map(({ name }) => name).sort());
  expect(await rejection(bridge.run('tripped', fail))).toMatchObject({ code: 'circuit_open' });
  observer.close();
  bridge.close();
});
