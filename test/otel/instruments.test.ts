import { channel } from 'node:diagnostics_channel';
import { DataPointType } from '@opentelemetry/sdk-metrics';
import { afterEach, expect, it } from 'vitest';
import type { BridgeState } from '../../packages/otel/src/bridge-state.ts';
import { createOtelObserver } from '../../packages/otel/src/otel-observer.ts';
import type { MetricDefinition } from '../../packages/otel/src/signals/definitions.ts';
import { CATALOGUE } from '../../packages/otel/src/signals.ts';
import { type Collected, startOtel, stopOtel } from '../support/otel.ts';
import { driveCall } from '../support/otel-driver.ts';

afterEach(stopOtel);

const EVERYTHING: BridgeState = {
  operations: () => [
    {
      operation: 'search',
      active: 1,
      retryBudget: 0.5,
      quotas: [{ name: 'requests', remaining: 3, limit: 5 }],
      breaker: { state: 'closed' },
      bulkhead: { active: 2, queued: 1, limit: 10 },
      rateLimit: { name: 'search', limit: 60 },
    },
  ],
  health: () => ({ overall: 'healthy', checks: [{ check: 'db', status: 'healthy' }] }),
  ready: () => true,
  rateLimiter: () => ({ keys: 3, evictions: 2, overflows: 1 }),
  rateLimitStore: () => ({ state: 'up', mode: 'local', leasedTokens: 3, calls: 1 }),
  patches: () => [{ module: 'openai', status: 'active' }],
};

it('are those of the catalogue, all of them, each with the unit, type, buckets and attributes it has there', async () => {
  const otel = startOtel();
  const observer = createOtelObserver({ state: () => EVERYTHING, streams: true, genAi: true });
  channel('crossbridge:stream.first_content').publish({ operation: 'search', afterMs: 1 });
  channel('crossbridge:stream.end').publish({ operation: 'search', end: 'complete', afterMs: 1, usage: { input: 1 } });
  const asked = { operation: 'search', task: 'chat', provider: 'openai', model: 'gpt', durationMs: 1 };
  channel('crossbridge:model.call').publish({ ...asked, usage: { input: 1, output: 1 }, errorType: undefined });
  await driveCall(observer, {}, async (call) => {
    call.limit({ waitMs: 10 });
    call.queue(10);
    await call.fail('503');
    call.decide('retried', '503', 100);
    await call.fail('503');
    call.moveBreaker('closed', 'open');
    call.decide('exhausted', '503');
    return { outcome: 'error', errorType: '503' };
  });
  await driveCall(observer, {}, (call) => {
    call.refuseByBulkhead();
    return { outcome: 'rejected', errorType: 'bulkhead_full' };
  });
  await driveCall(observer, {}, (call) => {
    call.refuseByBreaker('shadow');
    call.hedge('budget_empty');
    call.runOutOfTime('total', 1000);
    call.fallBack('deadline_exceeded');
    return { outcome: 'timeout', errorType: 'deadline_exceeded' };
  });
  observer.on({ type: 'health.checked', check: 'db', status: 'healthy', durationMs: 1, call: undefined });
  observer.on({ type: 'rate_limit.store_asked', result: 'ok', durationMs: 1, call: undefined });
  observer.on({ type: 'rate_limit.store_changed', from: 'up', to: 'down', mode: 'local', call: undefined });
  const collected = await otel.collect();
  observer.close();
  expect(collected.errors).toEqual([]);
  expect(collected.names).toEqual(CATALOGUE.metrics.map((metric) => metric.name).sort());
  for (const definition of CATALOGUE.metrics) expectAsDefined(collected, definition);
});

function expectAsDefined(collected: Collected, definition: MetricDefinition): void {
  const metric = collected.metric(definition.name);
  expect(metric.descriptor).toMatchObject({ unit: definition.unit, description: definition.description });
  const types = {
    histogram: DataPointType.HISTOGRAM,
    counter: DataPointType.SUM,
    updowncounter: DataPointType.SUM,
    gauge: DataPointType.GAUGE,
  };
  expect(metric.dataPointType).toBe(types[definition.type]);
  if (metric.dataPointType === DataPointType.SUM) expect(metric.isMonotonic).toBe(definition.type === 'counter');
  expect(metric.dataPoints.length).toBeGreaterThan(0);
  const known = new Map(
    [...definition.attributes, ...definition.optional].map((attribute) => [attribute.name, attribute]),
  );
  for (const point of metric.dataPoints) {
    const required = definition.attributes.map((attribute) => attribute.name);
    expect(Object.keys(point.attributes)).toEqual(expect.arrayContaining(required));
    for (const [name, value] of Object.entries(point.attributes)) {
      const attribute = known.get(name);
      expect(`${definition.name} ${attribute?.name}`).toBe(`${definition.name} ${name}`);
      if (attribute?.bound === 'values') expect(Object.keys(attribute.values)).toContain(value);
    }
    if (definition.type === 'histogram') {
      expect(point.value).toMatchObject({ buckets: { boundaries: definition.boundaries } });
    }
  }
}
