import { metrics } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import type { BridgeState, OperationState } from '../../packages/otel/src/bridge-state.ts';
import { createOtelObserver } from '../../packages/otel/src/otel-observer.ts';
import { type Collected, startOtel, stopOtel } from '../support/otel.ts';
import { driveCall, SUCCESS } from '../support/otel-driver.ts';

afterEach(stopOtel);

const EVERYTHING: BridgeState = {
  operations: () => [
    {
      operation: 'search',
      breaker: { state: 'closed' },
      bulkhead: { active: 2, queued: 1, limit: 10 },
      rateLimit: { name: 'search', limit: 60 },
    },
  ],
  health: () => ({ overall: 'healthy', checks: [] }),
};

function histogram(collected: Collected, name: string, attributes: Record<string, string>) {
  const value = collected.value(name, attributes) as { count: number; sum: number } | undefined;
  return value && { count: value.count, sum: value.sum };
}

describe('the metrics of a call', () => {
  it('tell what the application saw, where the time went and what the upstream did', async () => {
    const otel = startOtel();
    await driveCall(createOtelObserver(), {}, async (call) => {
      call.limit({ waitMs: 250 });
      call.queue(500);
      await call.fail('429', 125);
      call.decide('retried', '429', 1000, 'retry_after');
      await call.attempt({ durationMs: 125 });
      return SUCCESS;
    });
    const collected = await otel.collect();
    const search = { 'crossbridge.operation': 'search' };
    const limited = { ...search, 'crossbridge.rate_limit.name': 'search', 'crossbridge.rate_limit.result': 'admitted' };
    const ok = { ...search, 'crossbridge.outcome': 'success' };
    expect(histogram(collected, 'crossbridge.call.duration', ok)).toEqual({ count: 1, sum: 2 });
    const phases = ['limiter', 'queue', 'attempt', 'backoff'].map((phase) =>
      histogram(collected, 'crossbridge.call.phase.duration', { ...search, 'crossbridge.phase': phase }),
    );
    expect(phases.map((phase) => phase?.sum)).toEqual([0.25, 0.5, 0.25, 1]);
    const initial = {
      ...search,
      'crossbridge.attempt.kind': 'initial',
      'crossbridge.outcome': 'error',
      'error.type': '429',
    };
    const retry = { ...ok, 'crossbridge.attempt.kind': 'retry' };
    expect(histogram(collected, 'crossbridge.attempt.duration', initial)).toEqual({ count: 1, sum: 0.125 });
    expect(histogram(collected, 'crossbridge.attempt.duration', retry)).toEqual({ count: 1, sum: 0.125 });
    expect(collected.value('crossbridge.retry.wasted.duration', search)).toBe(0.125);
    const decided = {
      ...search,
      'crossbridge.retry.decision': 'retried',
      'crossbridge.mode': 'enforce',
      'error.type': '429',
    };
    expect(collected.value('crossbridge.retry.decisions', decided)).toBe(1);
    const delayed = { ...search, 'crossbridge.delay.source': 'retry_after' };
    expect(histogram(collected, 'crossbridge.retry.delay', delayed)).toEqual({ count: 1, sum: 1 });
    expect(collected.value('crossbridge.rate_limit.requests', { ...limited, 'crossbridge.mode': 'enforce' })).toBe(1);
    expect(histogram(collected, 'crossbridge.rate_limit.wait.duration', limited)).toEqual({ count: 1, sum: 0.25 });
  });

  it('record no phase that the call did not enter', async () => {
    const otel = startOtel();
    await driveCall(createOtelObserver(), {}, async (call) => {
      await call.attempt();
      return SUCCESS;
    });
    const points = (await otel.collect()).points('crossbridge.call.phase.duration');
    expect(points.map((point) => point.attributes['crossbridge.phase'])).toEqual(['attempt']);
  });

  it('count a cancelled attempt as no waste, and a shadow decision as no wait', async () => {
    const otel = startOtel();
    await driveCall(createOtelObserver(), {}, async (call) => {
      call.limit({ result: 'throttled', mode: 'shadow' });
      await call.attempt({ outcome: 'cancelled', errorType: 'cancelled' });
      return { outcome: 'cancelled', errorType: 'cancelled' };
    });
    const collected = await otel.collect();
    expect(collected.points('crossbridge.retry.wasted.duration')).toEqual([]);
    expect(collected.points('crossbridge.rate_limit.wait.duration')).toEqual([]);
    expect(collected.points('crossbridge.rate_limit.requests')[0]?.attributes).toMatchObject({
      'crossbridge.rate_limit.result': 'throttled',
      'crossbridge.mode': 'shadow',
    });
  });

  it('show the calls under way as the bridge counts them', async () => {
    const otel = startOtel();
    let active = 2;
    createOtelObserver({ state: () => ({ operations: () => [{ operation: 'search', active }] }) });
    const shown = async () =>
      (await otel.collect()).value('crossbridge.call.active', { 'crossbridge.operation': 'search' });
    expect(await shown()).toBe(2);
    active = 0;
    expect(await shown()).toBe(0);
  });

  it('never carry the key', async () => {
    const otel = startOtel();
    await driveCall(createOtelObserver({ recordKey: 'hashed' }), { key: 'user:123' }, (call) => {
      call.limit({ result: 'throttled' });
      return { outcome: 'throttled', errorType: 'rate_limited' };
    });
    const everything = JSON.stringify((await otel.collect()).metrics.map((metric) => metric.dataPoints));
    expect(everything).not.toContain('user:123');
    expect(everything).not.toContain('crossbridge.key');
  });
});

describe('an SDK that is registered later than the observer', () => {
  it('gets everything from then on', async () => {
    const observer = createOtelObserver();
    await driveCall(observer, {}, () => SUCCESS);
    const otel = startOtel();
    await driveCall(observer, {}, () => SUCCESS);
    const ok = { 'crossbridge.operation': 'search', 'crossbridge.outcome': 'success' };
    expect(histogram(await otel.collect(), 'crossbridge.call.duration', ok)?.count).toBe(1);
  });

  it('gets gauges and zeros before the first call when the observer is refreshed', async () => {
    const observer = createOtelObserver({ state: () => EVERYTHING });
    const otel = startOtel();
    expect((await otel.collect()).names).toEqual([]);
    observer.refresh();
    const collected = await otel.collect();
    expect(collected.value('crossbridge.bulkhead.limit', { 'crossbridge.operation': 'search' })).toBe(10);
    expect(collected.value('crossbridge.retry.wasted.duration', { 'crossbridge.operation': 'search' })).toBe(0);
  });

  it('takes over from another, which then gets nothing any more', async () => {
    let reads = 0;
    const state = () => {
      reads += 1;
      return EVERYTHING;
    };
    const observer = createOtelObserver({ state });
    const first = startOtel();
    await driveCall(observer, {}, () => SUCCESS);
    stopOtel();
    const second = startOtel();
    await driveCall(observer, {}, () => SUCCESS);
    reads = 0;
    const ok = { 'crossbridge.operation': 'search', 'crossbridge.outcome': 'success' };
    expect(histogram(await first.collect(), 'crossbridge.call.duration', ok)?.count).toBe(1);
    expect(reads).toBe(0);
    expect(histogram(await second.collect(), 'crossbridge.call.duration', ok)?.count).toBe(1);
    expect((await second.collect()).points('crossbridge.health.overall')).toHaveLength(4);
  });
});

it('looks at the registered provider at each event and makes instruments only when it has changed', async () => {
  startOtel();
  const provider = metrics.getMeterProvider();
  let meters = 0;
  const getMeter = provider.getMeter.bind(provider);
  provider.getMeter = (...arguments_) => {
    meters += 1;
    return getMeter(...arguments_);
  };
  const observer = createOtelObserver();
  for (let calls = 0; calls < 5; calls += 1) await driveCall(observer, {}, () => SUCCESS);
  expect(meters).toBe(1);
});

it('stops observing a bridge that was closed', async () => {
  const otel = startOtel();
  const operations: OperationState[] = [...EVERYTHING.operations()];
  let reads = 0;
  const state: BridgeState = {
    operations: () => {
      reads += 1;
      return operations;
    },
  };
  const observer = createOtelObserver({ state: () => state });
  await otel.collect();
  observer.close();
  reads = 0;
  await otel.collect();
  expect(reads).toBe(0);
});
