import { createBridge } from '@crossbridge/core';
import { afterEach, expect, it } from 'vitest';
import type { BridgeState, OperationState } from '../../packages/otel/src/bridge-state.ts';
import { createOtelObserver } from '../../packages/otel/src/otel-observer.ts';
import { failing, httpError, plainRetry } from '../support/bridges.ts';
import { type Collected, startOtel, stopOtel } from '../support/otel.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

afterEach(stopOtel);

/** Value of each series, by the value of one of its attributes. */
function by(collected: Collected, metric: string, attribute: string): Record<string, unknown> {
  return Object.fromEntries(collected.points(metric).map((point) => [point.attributes[attribute], point.value]));
}

it('shows the breaker as 1 for its state and 0 for every other, and follows it', async () => {
  const otel = startOtel();
  let state: 'closed' | 'open' | 'half_open' | 'isolated' = 'closed';
  const bridge: BridgeState = { operations: () => [{ operation: 'search', breaker: { state } }] };
  createOtelObserver({ state: () => bridge });
  for (state of ['closed', 'open', 'half_open', 'isolated'] as const) {
    const shown = by(await otel.collect(), 'crossbridge.circuit_breaker.state', 'crossbridge.circuit_breaker.state');
    expect(shown).toEqual({ closed: 0, open: 0, half_open: 0, isolated: 0, [state]: 1 });
  }
});

it('shows health, of each check and overall, as 1 for its status and 0 for every other', async () => {
  const otel = startOtel();
  const bridge: BridgeState = {
    operations: () => [],
    health: () => ({
      overall: 'degraded',
      checks: [
        { check: 'db', status: 'healthy' },
        { check: 'openai', status: 'unhealthy' },
      ],
    }),
  };
  createOtelObserver({ state: () => bridge });
  const collected = await otel.collect();
  expect(by(collected, 'crossbridge.health.overall', 'crossbridge.health.status')).toEqual({
    healthy: 0,
    degraded: 1,
    unhealthy: 0,
    unknown: 0,
  });
  const raised = collected.points('crossbridge.health.status').filter((point) => point.value === 1);
  expect(raised.map((point) => point.attributes)).toEqual([
    { 'crossbridge.health.check': 'db', 'crossbridge.health.status': 'healthy' },
    { 'crossbridge.health.check': 'openai', 'crossbridge.health.status': 'unhealthy' },
  ]);
  expect(collected.points('crossbridge.health.status')).toHaveLength(8);
});

it('shows which check flaps, and every change of one from zero on', async () => {
  const otel = startOtel();
  const bridge: BridgeState = {
    operations: () => [],
    health: () => ({
      overall: 'degraded',
      checks: [
        { check: 'db', status: 'healthy' },
        { check: 'openai', status: 'unhealthy', flapping: true },
      ],
    }),
  };
  const observer = createOtelObserver({ state: () => bridge });
  const zeros = await otel.collect();
  expect(by(zeros, 'crossbridge.health.flapping', 'crossbridge.health.check')).toEqual({ db: 0, openai: 1 });
  expect(zeros.points('crossbridge.health.transitions')).toHaveLength(2 * 4 * 3);
  const change = { check: 'db', from: 'healthy', to: 'unhealthy', message: '', call: undefined } as const;
  observer.on({ type: 'health.changed', ...change, flapping: false });
  observer.on({ type: 'health.changed', ...change, from: 'unhealthy', flapping: true });
  const raised = (await otel.collect()).points('crossbridge.health.transitions').filter(({ value }) => value !== 0);
  expect(raised.map(({ attributes, value }) => [attributes, value])).toEqual([
    [
      {
        'crossbridge.health.check': 'db',
        'crossbridge.health.from': 'healthy',
        'crossbridge.health.to': 'unhealthy',
      },
      1,
    ],
  ]);
});

it('shows which check is required, and whether the process is ready', async () => {
  const otel = startOtel();
  let ready = true;
  const bridge: BridgeState = {
    operations: () => [],
    ready: () => ready,
    health: () => ({
      overall: 'healthy',
      checks: [
        { check: 'db', status: 'healthy', required: true },
        { check: 'openai', status: 'healthy', required: false },
        { check: 'cache', status: 'healthy' },
      ],
    }),
  };
  createOtelObserver({ state: () => bridge });
  const required = by(await otel.collect(), 'crossbridge.health.required', 'crossbridge.health.check');
  expect(required).toEqual({ db: 1, openai: 0, cache: 0 });
  for (ready of [true, false]) {
    expect((await otel.collect()).value('crossbridge.health.ready', {})).toBe(ready ? 1 : 0);
  }
});

it('shows what is left of the retry budget of a real bridge, and nothing where there is none', async () => {
  const otel = startOtel();
  const clock = new VirtualClock();
  const retry = { ...plainRetry, maxAttempts: 2 };
  const retryBudget = { ratio: 0, minRetriesPerSecond: 0.2 };
  const bridge = createBridge({ operations: { op: { retry, retryBudget }, plain: { retry: false } } }, { clock });
  createOtelObserver({ state: () => bridge.state });
  const left = async (): Promise<unknown> =>
    by(await otel.collect(), 'crossbridge.retry.budget.remaining', 'crossbridge.operation');
  expect(await left()).toEqual({ op: 1 });
  for (const share of [0.5, 0, 0]) {
    await clock.run(bridge.run('op', failing([httpError(503)], undefined)).catch(() => undefined));
    expect(await left()).toEqual({ op: share });
  }
  clock.jump(11_000);
  expect(await left()).toEqual({ op: 1 });
  bridge.close();
});

it('measures each run of a check by what it found', async () => {
  const otel = startOtel();
  const observer = createOtelObserver();
  const run = { type: 'health.checked', check: 'db', call: undefined } as const;
  observer.on({ ...run, status: 'healthy', durationMs: 20 });
  observer.on({ ...run, status: 'unhealthy', durationMs: 1500 });
  const points = (await otel.collect()).points('crossbridge.health.check.duration');
  expect(points.map(({ attributes, value }) => [attributes, (value as { sum: number }).sum])).toEqual([
    [{ 'crossbridge.health.check': 'db', 'crossbridge.health.status': 'healthy' }, 0.02],
    [{ 'crossbridge.health.check': 'db', 'crossbridge.health.status': 'unhealthy' }, 1.5],
  ]);
});

it('shows which modules the agent is in front of', async () => {
  const otel = startOtel();
  const bridge: BridgeState = { operations: () => [], patches: () => [{ module: 'pg', status: 'not_outermost' }] };
  createOtelObserver({ state: () => bridge });
  const shown = by(await otel.collect(), 'crossbridge.patch.status', 'crossbridge.patch.status');
  expect(shown).toEqual({ active: 0, missing: 0, not_outermost: 1 });
});

it('shows bulkhead and rate limit as they are when a reader collects', async () => {
  const otel = startOtel();
  const operation: OperationState = {
    operation: 'search',
    bulkhead: { active: 3, queued: 2, limit: 8 },
    rateLimit: { name: 'per_user', limit: 60 },
  };
  createOtelObserver({ state: () => ({ operations: () => [operation] }) });
  const collected = await otel.collect();
  const search = { 'crossbridge.operation': 'search' };
  expect(collected.value('crossbridge.bulkhead.active', search)).toBe(3);
  expect(collected.value('crossbridge.bulkhead.queued', search)).toBe(2);
  expect(collected.value('crossbridge.bulkhead.limit', search)).toBe(8);
  const limit = { ...search, 'crossbridge.rate_limit.name': 'per_user' };
  expect(collected.value('crossbridge.rate_limit.limit', limit)).toBe(60);
});

it('shows every rate limit of an operation that has several, and each once', async () => {
  const otel = startOtel();
  const [perUser, perOrg] = [
    { name: 'per_user', limit: 60 },
    { name: 'per_org', limit: 600 },
  ];
  const operation: OperationState = { operation: 'search', rateLimit: perUser, rateLimits: [perUser, perOrg] };
  createOtelObserver({ state: () => ({ operations: () => [operation] }) });
  const shown = by(await otel.collect(), 'crossbridge.rate_limit.limit', 'crossbridge.rate_limit.name');
  expect(shown).toEqual({ per_user: 60, per_org: 600 });
});

it('shows nothing for policies that an operation does not have, nor before there is a bridge', async () => {
  const otel = startOtel();
  let bridge: BridgeState | undefined;
  createOtelObserver({ state: () => bridge });
  expect((await otel.collect()).names).toEqual([]);
  bridge = { operations: () => [{ operation: 'plain', active: 0 }] };
  const { names } = await otel.collect();
  expect(names).toEqual([
    'crossbridge.call.active',
    'crossbridge.config.reloads',
    'crossbridge.retry.decisions',
    'crossbridge.retry.wasted.duration',
    'crossbridge.telemetry.losses',
  ]);
});

it('loses only the gauges when the state cannot be read', async () => {
  const otel = startOtel();
  const bridge: BridgeState = {
    operations: () => {
      throw new Error('not loaded');
    },
  };
  const observer = createOtelObserver({ state: () => bridge });
  observer.on({
    type: 'circuit_breaker.changed',
    operation: 'search',
    from: 'closed',
    to: 'open',
    target: undefined,
    call: undefined,
  });
  const collected = await otel.collect();
  expect(collected.errors).toEqual([]);
  expect(collected.names).toEqual([
    'crossbridge.circuit_breaker.transitions',
    'crossbridge.config.reloads',
    'crossbridge.telemetry.losses',
  ]);
});
