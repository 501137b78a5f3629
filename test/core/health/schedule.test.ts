import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HealthRegistry } from '../../../packages/core/src/health/registry.ts';
import type { Traffic } from '../../../packages/core/src/health/traffic.ts';
import { settle } from '../../support/virtual-clock.ts';
import { Controlled, config, finding, provider, registryIn } from './health-registry.ts';

afterEach(() => vi.restoreAllMocks());

describe('the schedule of a HealthRegistry', () => {
  it('runs checks from start to stop, each at its own interval', async () => {
    const { registry, clock } = registryIn({ providers: { quick: { ...provider, intervalMs: 5_000 } } });
    const [slow, quick] = [finding('h'), finding('h')];
    registry.register('slow', slow);
    registry.register('quick', quick);
    await clock.advance(60_000);
    expect(slow.runs + quick.runs).toBe(0);
    registry.start();
    await clock.advance(66_000);
    expect([slow.runs, quick.runs]).toEqual([3, 13]);
    registry.stop();
    await clock.advance(66_000);
    expect([slow.runs, quick.runs]).toEqual([3, 13]);
    expect(clock.pending).toBe(0);
    expect(registry.snapshot()).toMatchObject([{ status: 'healthy' }, { status: 'healthy' }]);
  });

  it('takes in checks that are registered later', async () => {
    const { registry, clock } = registryIn();
    registry.start();
    await clock.advance(1_000);
    const check = finding('h');
    registry.register('db', check);
    await clock.advance(5_000);
    expect(check.runs).toBe(1);
    registry.unregister('db');
    expect(clock.pending).toBe(0);
  });

  it('does not make a check that replaces another wait for the turn of the other', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { registry, clock } = registryIn({ intervalMs: 3_600_000 });
    registry.register('db', finding('u'));
    registry.start();
    await clock.advance(10_000);
    registry.register('db', finding('h'));
    await clock.advance(10_000);
    expect(registry.snapshot()).toMatchObject([{ status: 'healthy' }]);
    registry.stop();
  });

  it('starts 200 checks one after the other', async () => {
    const { registry, clock } = registryIn();
    const starts: number[] = [];
    for (let index = 0; index < 200; index += 1) registry.register(`check ${index}`, () => starts.push(clock.now()));
    registry.start();
    await clock.advance(30_000);
    expect(starts).toHaveLength(200);
    expect(new Set(starts).size).toBe(200);
    registry.stop();
  });

  it('waits for the initial delay of the config', async () => {
    const { registry, clock } = registryIn({ initialDelayMs: 20_000 });
    const check = finding('h');
    registry.register('db', check);
    registry.start();
    await clock.advance(19_999);
    expect(check.runs).toBe(0);
    await clock.advance(1);
    expect(check.runs).toBe(1);
    registry.stop();
  });

  it('runs nothing by itself when the config disables it, and everything by hand', async () => {
    const { registry, clock } = registryIn({ enabled: false });
    const check = finding('h');
    registry.register('db', check);
    registry.start();
    await clock.advance(100_000);
    expect(check.runs).toBe(0);
    expect(registry.snapshot()).toEqual([]);
    expect((await registry.runAll()).healthy).toBe(true);
    await clock.advance(1e7);
    expect(registry.snapshot()).toMatchObject([{ check: 'db', status: 'healthy' }]);
  });

  it('leaves the timers of a run by hand to keep the process alive, and those of its own not', async () => {
    const { registry, clock } = registryIn({ intervalMs: 1_000, timeoutMs: 700 });
    const set = clock.setTimeout.bind(clock);
    const held = new Map<number, boolean>();
    clock.setTimeout = (callback, delayMs) => {
      const timer = set(callback, delayMs) as object;
      held.set(delayMs, true);
      return Object.assign(timer, { unref: () => held.set(delayMs, false), ref: () => held.set(delayMs, true) });
    };
    registry.register('db', new Controlled());
    registry.start();
    await clock.advance(600);
    expect(held.get(700)).toBe(false);
    const joined = registry.run('db');
    expect(held.get(700)).toBe(true);
    await clock.advance(700);
    await joined;
    registry.stop();
  });

  it('ends a run of its own when it stops, and no run that somebody waits for', async () => {
    const { registry, clock } = registryIn();
    const [own, awaited] = [new Controlled(), new Controlled()];
    registry.register('own', own);
    registry.register('awaited', awaited);
    registry.start();
    await clock.advance(6_000);
    const result = registry.run('awaited');
    registry.stop();
    expect([own.signals[0]?.aborted, awaited.signals[0]?.aborted]).toEqual([true, false]);
    awaited.end(0, 'degraded');
    expect((await result).status).toBe('degraded');
    await settle();
    expect(registry.getStatus('own')).toBeNull();
    expect(clock.pending).toBe(0);
  });

  it('does not start a run that it gave up again before that has ended', async () => {
    const { registry, clock } = registryIn({ intervalMs: 2_000 });
    const check = new Controlled();
    registry.register('db', check);
    registry.start();
    await clock.advance(1_500);
    registry.stop();
    registry.start();
    await clock.advance(5_000);
    expect(check.runs).toHaveLength(1);
    check.end(0, 'healthy');
    await clock.advance(2_000);
    expect(check.runs).toHaveLength(2);
    registry.stop();
  });

  it('runs checks outside of the request in which they were registered', async () => {
    const requests = new AsyncLocalStorage<string>();
    const registry = new HealthRegistry({ random: () => 0, config: config({ intervalMs: 1_000 }) });
    const seen = Promise.withResolvers<string | undefined>();
    requests.run('request 1', () => {
      registry.start();
      registry.register('db', () => seen.resolve(requests.getStore()));
    });
    expect(await seen.promise).toBeUndefined();
    registry.stop();
  });
});

describe('HealthRegistry.configure', () => {
  it('keeps results, streaks and runs under way', async () => {
    const { registry, clock } = registryIn({ failureThreshold: 3 });
    registry.register('db', finding('huu'));
    const hung = new Controlled();
    registry.register('hung', hung);
    for (let run = 0; run < 3; run += 1) await registry.run('db');
    const running = registry.run('hung');
    registry.configure(config({ failureThreshold: 4, intervalMs: 1_000 }));
    expect(registry.snapshot()[0]).toMatchObject({ status: 'healthy', message: '2 of 4 failures in a row: result 3' });
    hung.end(0, 'degraded');
    await running;
    expect(registry.getStatus('hung')?.status).toBe('degraded');
    expect(hung.signals[0]?.aborted).toBe(false);
    registry.configure(config({ failureThreshold: 3 }));
    await registry.run('db');
    expect(registry.snapshot()[0]).toMatchObject({ status: 'unhealthy' });
    await clock.advance(1);
  });

  it('takes up another interval at once', async () => {
    const { registry, clock } = registryIn({ intervalMs: 3_600_000 });
    const check = finding('h');
    registry.register('db', check);
    registry.start();
    await clock.advance(10_000);
    expect(check.runs).toBe(1);
    registry.configure(config({ intervalMs: 5_000 }));
    await clock.advance(10_000);
    expect(check.runs).toBe(3);
    registry.configure(config({ enabled: false }));
    await clock.advance(60_000);
    expect(check.runs).toBe(3);
    registry.stop();
  });

  it('tells which checks of the config nobody has registered', () => {
    const { registry } = registryIn({
      providers: { db: provider, cache: provider, off: { ...provider, enabled: false } },
    });
    registry.register('db', () => true);
    expect(registry.missing()).toEqual(['cache']);
  });
});

describe('a check that follows an operation', () => {
  const followed = (letters: string) => {
    let totals: Traffic | undefined = { calls: 0, failures: 0, sinceMs: 0 };
    const { registry, clock, events } = registryIn(
      { intervalMs: 10_000, failureThreshold: 1 },
      { traffic: (operation) => (operation === 'embed' ? totals : undefined) },
    );
    const check = finding(letters);
    registry.register('ai', check, { operation: 'embed' });
    registry.start();
    return {
      registry,
      clock,
      events,
      check,
      add: (calls: number, failures: number) => {
        totals = { sinceMs: 0, calls: (totals?.calls ?? 0) + calls, failures: (totals?.failures ?? 0) + failures };
      },
    };
  };

  it('is not run while calls show how it is', async () => {
    const { registry, clock, check, add } = followed('u');
    add(40, 0);
    await clock.advance(5_000);
    expect(registry.snapshot()).toMatchObject([
      {
        status: 'healthy',
        source: 'calls',
        message: '40 calls, none failed',
        last: { details: { operation: 'embed' } },
      },
    ]);
    add(40, 30);
    await clock.advance(10_000);
    expect(registry.snapshot()).toMatchObject([
      { status: 'unhealthy', source: 'calls', message: '30 of 40 calls failed' },
    ]);
    expect(check.runs).toBe(0);
    registry.stop();
  });

  it('is run when there were no calls in the last interval, or too few to tell', async () => {
    const { registry, clock, check, add } = followed('h');
    await clock.advance(5_000);
    expect(check.runs).toBe(1);
    add(2, 2);
    await clock.advance(10_000);
    expect(check.runs).toBe(2);
    add(2, 0);
    await clock.advance(10_000);
    expect(check.runs).toBe(2);
    await clock.advance(10_000);
    expect(check.runs).toBe(3);
    expect(registry.snapshot()).toMatchObject([{ status: 'healthy', source: 'probe' }]);
    registry.stop();
  });

  it('is run by hand whatever the calls show', async () => {
    const { registry, check, add } = followed('u');
    add(40, 0);
    expect((await registry.run('ai')).status).toBe('unhealthy');
    expect(check.runs).toBe(1);
    registry.stop();
  });
});
