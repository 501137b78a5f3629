import { createBridge, SimpleHealthCheck } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { httpError, rejection } from '../../support/bridges.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

type Config = NonNullable<Parameters<typeof createBridge>[0]>;

function healthBridge(config: Config = {}) {
  const clock = new VirtualClock();
  const observer = new RecordingObserver();
  const bridge = createBridge(config, { clock, random: () => 0.5, observers: [observer] });
  const health = () => observer.story.filter((line) => /^(health|features)/.test(line));
  const check = (name: string) => bridge.state.health().checks.find((each) => each.check === name);
  return { bridge, clock, observer, health, check };
}

const fail = (): Promise<never> => Promise.reject(httpError(503));

describe('the health of a bridge', () => {
  it('is healthy with nothing to go by', () => {
    const { bridge } = healthBridge({ operations: { op: {} } });
    expect(bridge.state.health()).toEqual({ overall: 'healthy', checks: [] });
    expect(bridge.state.ready()).toBe(true);
  });

  it('runs registered checks on schedule until the bridge is closed, and tells what changes', async () => {
    const { bridge, clock, health } = healthBridge({ healthChecks: { intervalMs: 10_000, failureThreshold: 2 } });
    let runs = 0;
    let works = true;
    bridge.health.register('db', () => {
      runs += 1;
      return works;
    });
    await clock.advance(30_000);
    expect(runs).toBeGreaterThanOrEqual(2);
    expect(bridge.state.health().overall).toBe('healthy');
    works = false;
    await clock.advance(30_000);
    expect(bridge.state.health()).toMatchObject({
      overall: 'unhealthy',
      checks: [{ check: 'db', status: 'unhealthy' }],
    });
    expect(bridge.state.ready()).toBe(false);
    expect(health().filter((line) => !line.includes('unknown'))).toEqual([
      'health db healthy > unhealthy',
      'health healthy > unhealthy',
    ]);
    bridge.close();
    const before = runs;
    await clock.advance(60_000);
    expect(runs).toBe(before);
  });

  it('is unknown, not unhealthy, before the first results: nothing is told of it and no feature goes off', async () => {
    const { bridge, clock, health } = healthBridge({
      operations: { op: { circuitBreaker: true } },
      healthChecks: { intervalMs: 10_000, degradedMode: { disableFeatures: ['summaries'] } },
    });
    expect(bridge.state.health().overall).toBe('healthy');
    bridge.health.register('db', () => true, { required: true });
    bridge.health.register('cache', () => true);
    expect([bridge.state.health().overall, bridge.state.ready()]).toEqual(['unknown', false]);
    expect(bridge.isFeatureEnabled('summaries')).toBe(true);
    await clock.advance(15_000);
    expect([bridge.state.health().overall, bridge.state.ready()]).toEqual(['healthy', true]);
    expect(health().filter((line) => !/ (db|cache) /.test(line))).toEqual(['health unknown > healthy']);
    bridge.close();
  });

  it('is ready only once every required check has had its first result, while others need not', async () => {
    const { bridge } = healthBridge();
    bridge.health.register('db', () => true, { required: true });
    bridge.health.register('cache', () => true);
    bridge.health.register('slow', () => true);
    await bridge.health.run('cache');
    expect(bridge.state.ready()).toBe(false);
    await bridge.health.run('db');
    expect(bridge.state.ready()).toBe(true);
    // One that comes later takes nothing away.
    bridge.health.register('late', () => true, { required: true });
    expect(bridge.state.ready()).toBe(true);
    bridge.close();
  });

  it('stays ready while checks that a reload brought have no result yet', async () => {
    const { bridge, clock, check } = healthBridge();
    expect(bridge.state.ready()).toBe(true);
    const database = { checkType: 'tcp', address: '127.0.0.1:1', required: true } as const;
    bridge.apply({ healthChecks: { failureThreshold: 1, providers: { database } } });
    expect([bridge.state.health().overall, bridge.state.ready()]).toEqual(['healthy', true]);
    await clock.advance(10_000);
    await expect.poll(() => check('database')?.status).toBe('unhealthy');
    expect(bridge.state.ready()).toBe(false);
    bridge.close();
  });

  it('takes what calls show for a check of theirs, and asks by itself only where there are none', async () => {
    const { bridge, clock, check } = healthBridge({
      operations: { 'db.query': {} },
      healthChecks: { intervalMs: 10_000, failureThreshold: 1 },
    });
    let probes = 0;
    const probe = new SimpleHealthCheck('database', () => {
      probes += 1;
      return true;
    });
    bridge.health.register('database', probe, { operation: 'db.query', required: true });
    await clock.advance(10_000);
    const idle = probes;
    expect(idle).toBeGreaterThan(0);
    for (let round = 0; round < 4; round += 1) {
      for (let call = 0; call < 10; call += 1) await rejection(bridge.run('db.query', fail));
      await clock.advance(10_000);
    }
    expect(probes).toBeLessThanOrEqual(idle + 1);
    expect(check('database')).toMatchObject({ status: 'unhealthy', source: 'calls', required: true });
    expect(bridge.state.ready()).toBe(false);
  });

  it('is degraded by calls that fail, without any breaker or probe, and recovers with them', async () => {
    const { bridge, clock, check } = healthBridge({ operations: { op: {} } });
    for (let call = 0; call < 8; call += 1) await bridge.run('op', async () => 1);
    await rejection(bridge.run('op', fail));
    expect(check('operation:op')).toMatchObject({
      status: 'degraded',
      message: '1 of 9 calls failed in the last minute',
      source: 'calls',
      required: false,
    });
    expect(bridge.state.ready()).toBe(true);
    await clock.advance(61_000);
    bridge.state.health();
    await clock.advance(5_000);
    for (let call = 0; call < 8; call += 1) await bridge.run('op', async () => 1);
    expect(check('operation:op')).toMatchObject({ status: 'healthy', message: '' });
  });

  it('tells why when calls alone degrade it, once for each change', async () => {
    const { bridge, clock, observer, health } = healthBridge({ operations: { ai: {} } });
    bridge.state.health();
    bridge.noteQuota('ai', { name: 'requests', remaining: 0, resetAfterMs: 20_000 });
    for (let look = 0; look < 3; look += 1) bridge.state.health();
    await clock.advance(20_000);
    for (let look = 0; look < 3; look += 1) bridge.state.health();
    expect(health()).toEqual([
      'health operation:ai healthy > degraded',
      'health healthy > degraded',
      'health operation:ai degraded > healthy',
      'health degraded > healthy',
    ]);
    expect(observer.events.find(({ type }) => type === 'health.changed')).toMatchObject({
      message: "the provider's quota of requests is used up (0 left)",
    });
  });

  it('says nothing of few calls', async () => {
    const { bridge, check } = healthBridge({ operations: { op: {} } });
    for (let call = 0; call < 4; call += 1) await rejection(bridge.run('op', fail));
    expect(check('operation:op')?.status).toBe('healthy');
  });

  it('tells of a breaker that opens at once, whoever watches, and of one held by hand', async () => {
    const { bridge, health, check } = healthBridge({
      operations: { op: { circuitBreaker: { consecutiveFailures: 1 } } },
    });
    bridge.state.health();
    await rejection(bridge.run('op', fail));
    expect(health()).toEqual(['health operation:op healthy > degraded', 'health healthy > degraded']);
    expect(check('operation:op')?.message).toBe('the circuit breaker is open');
    bridge.circuitBreaker('op')?.reset();
    bridge.circuitBreaker('op')?.isolate();
    expect(check('operation:op')?.message).toBe('the circuit breaker is held open by hand');
  });

  it("is degraded while a provider's quota is used up", async () => {
    const { bridge, clock, check } = healthBridge({ operations: { ai: {} } });
    bridge.noteQuota('ai', { name: 'requests', remaining: 0, limit: 500, resetAfterMs: 20_000 });
    bridge.noteQuota('ai', { name: 'tokens', remaining: 7 });
    expect(check('operation:ai')).toMatchObject({
      status: 'degraded',
      message: "the provider's quota of requests is used up (0 of 500 left)",
    });
    expect(bridge.state.operations()[0]?.quotas).toHaveLength(2);
    await clock.advance(20_000);
    expect(check('operation:ai')).toMatchObject({ status: 'healthy' });
    await clock.advance(40_000);
    expect(bridge.state.operations()[0]).not.toHaveProperty('quotas');
  });

  it('keeps no more than eight quotas of an operation, and refuses what is none', () => {
    const { bridge } = healthBridge({ operations: { ai: {} } });
    for (let name = 0; name < 100; name += 1) bridge.noteQuota('ai', { name: `q${name}`, remaining: 1 });
    expect(bridge.state.operations()[0]?.quotas).toHaveLength(8);
    expect(() => bridge.noteQuota('ai', { name: '', remaining: 1 })).toThrow(/must have a name/);
    expect(() => bridge.noteQuota('ai', { name: 'q', remaining: Number.NaN })).toThrow(/remaining of the quota 'q'/);
    expect(() => bridge.noteQuota('ai', { name: 'q', remaining: 1, limit: -1 })).toThrow(/limit of the quota 'q'/);
  });
});

describe('degraded mode', () => {
  const config: Config = {
    operations: { op: { circuitBreaker: { consecutiveFailures: 1 } } },
    healthChecks: { degradedMode: { disableFeatures: ['summaries'] } },
  };

  it('switches features off while the service is degraded, and tells so', async () => {
    const { bridge, health } = healthBridge(config);
    expect(bridge.isFeatureEnabled('summaries')).toBe(true);
    await rejection(bridge.run('op', fail));
    expect(bridge.isFeatureEnabled('summaries')).toBe(false);
    expect(bridge.isFeatureEnabled('search')).toBe(true);
    bridge.circuitBreaker('op')?.reset();
    expect(bridge.isFeatureEnabled('summaries')).toBe(true);
    expect(health()).toEqual([
      'health operation:op healthy > degraded',
      'health healthy > degraded',
      'features + -summaries',
      'health operation:op degraded > healthy',
      'health degraded > healthy',
      'features +summaries -',
    ]);
  });

  it('follows a reload', async () => {
    const { bridge } = healthBridge(config);
    await rejection(bridge.run('op', fail));
    bridge.apply({ ...config, healthChecks: { degradedMode: { disableFeatures: ['search'] } } });
    expect([bridge.isFeatureEnabled('summaries'), bridge.isFeatureEnabled('search')]).toEqual([true, false]);
  });

  it('takes the service out of traffic when it is not to go on degraded', async () => {
    const { bridge } = healthBridge({ ...config, healthChecks: { degradedMode: { continueOnDegraded: false } } });
    expect(bridge.state.ready()).toBe(true);
    await rejection(bridge.run('op', fail));
    expect(bridge.state.ready()).toBe(false);
  });

  it('bears an observer that asks how things stand while it is told', async () => {
    const { bridge } = healthBridge(config);
    const seen: string[] = [];
    bridge.observe({
      on: ({ type }) => {
        if (type.startsWith('health') || type.startsWith('features')) {
          seen.push(`${type} ${bridge.state.health().overall} ${bridge.isFeatureEnabled('summaries')}`);
        }
      },
    });
    bridge.state.health();
    await rejection(bridge.run('op', fail));
    expect(seen).toEqual([
      'health.overall_changed degraded true',
      'features.changed degraded false',
      // It has asked in the middle of this one, and so heard of what follows first.
      'health.changed degraded false',
    ]);
  });
});

it('reports its own checks through the default names, too', async () => {
  const { bridge } = healthBridge();
  bridge.health.register('ok', () => true);
  bridge.health.register('bad', () => false);
  expect(await bridge.health.runAll()).toMatchObject({ overallStatus: 'degraded', passed: 1, failed: 1 });
  bridge.close();
});

it('tells what follows from a breaker after the breaker itself', async () => {
  const { bridge, observer } = healthBridge({ operations: { op: { circuitBreaker: { consecutiveFailures: 1 } } } });
  bridge.state.health();
  await rejection(bridge.run('op', fail));
  const story = observer.story.filter((line) => /^(circuit|health)/.test(line));
  expect(story).toEqual([
    'circuit closed > open',
    'health operation:op healthy > degraded',
    'health healthy > degraded',
  ]);
});
