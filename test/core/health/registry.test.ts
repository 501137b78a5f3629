import { afterEach, describe, expect, it, vi } from 'vitest';
import { HealthCheck } from '../../../packages/core/src/health/check.ts';
import { PingHealthCheck } from '../../../packages/core/src/health/checks/ping.ts';
import { isProbe } from '../../../packages/core/src/health/probe.ts';
import { HealthRegistry } from '../../../packages/core/src/health/registry.ts';
import { HealthResult } from '../../../packages/core/src/health/result.ts';
import { settle } from '../../support/virtual-clock.ts';
import { Controlled, config, finding, provider, registryIn } from './health-registry.ts';

afterEach(() => vi.restoreAllMocks());

describe('HealthRegistry.register', () => {
  it('takes functions, checks of the class and objects with a check', async () => {
    const { registry } = registryIn();
    class Mine extends HealthCheck {
      override check(): HealthResult {
        return new HealthResult({ status: 'degraded' });
      }
    }
    registry.register('function', () => true);
    registry.register('class', new Mine());
    registry.register('ping', new PingHealthCheck('other name', { ping: () => 1 }));
    registry.register('object', { check: () => ({ status: 'unknown', message: 'hm' }) });
    expect(registry.names()).toEqual(['function', 'class', 'ping', 'object']);
    const { checks } = await registry.runAll();
    expect([checks.function?.message, checks.class?.message]).toEqual(['OK', null]);
    expect(Object.entries(checks).map(([name, { status }]) => [name, status])).toEqual([
      ['function', 'healthy'],
      ['class', 'degraded'],
      ['ping', 'healthy'],
      ['object', 'unknown'],
    ]);
  });

  it('replaces a check of the same name with one warning, and forgets the old result', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { registry } = registryIn();
    registry.register('db', () => false);
    await registry.run('db');
    registry.register('db', () => true);
    expect(warn.mock.calls).toEqual([
      [
        "The health check 'db' was registered before; the new one replaces it",
        expect.objectContaining({ type: 'CrossbridgeWarning' }),
      ],
    ]);
    expect(registry.getStatus('db')).toBeNull();
    expect((await registry.run('db')).status).toBe('healthy');
    expect(registry.names()).toEqual(['db']);
  });

  it('refuses names, checks and options that cannot work', () => {
    const { registry } = registryIn();
    expect(() => registry.register('', () => true)).toThrow('must be a non-empty string, got string');
    expect(() => registry.register('db', null as never)).toThrow(
      "'db' must be a function or an object with check(), got null",
    );
    expect(() => registry.register('db', {} as never)).toThrow('got object');
    expect(() => registry.register('db', () => true, { timeoutMs: -1 })).toThrow('timeoutMs');
    expect(registry.names()).toEqual([]);
  });
});

describe('HealthRegistry.run', () => {
  it('runs a check, stores the result and stamps when and how long', async () => {
    const { registry, clock } = registryIn();
    const check = new Controlled();
    registry.register('db', check);
    expect(registry.getStatus('db')).toBeNull();
    expect(registry.getFailedChecks()).toEqual([]);
    const running = registry.run('db');
    await clock.advance(120);
    check.end(0, 'degraded', 'slow');
    const result = await running;
    expect(result).toMatchObject({ status: 'degraded', message: 'slow', durationMs: 120 });
    expect(result.timestamp.getTime()).toBe(clock.wallNow());
    expect(registry.getStatus('db')).toBe(result);
    expect(clock.pending).toBe(0);
  });

  it('says which name may have been meant when there is no such check', async () => {
    const { registry } = registryIn();
    registry.register('database', () => true);
    await expect(registry.run('databse')).rejects.toMatchObject({
      code: 'invalid_argument',
      message: 'Health check not found: databse; did you mean "database"?',
    });
    await expect(registry.run('constructor')).rejects.toThrow('Health check not found: constructor');
  });

  it('shares one run among all who ask meanwhile', async () => {
    const { registry } = registryIn();
    const check = new Controlled();
    registry.register('db', check);
    const running = [registry.run('db'), registry.run('db'), registry.runAll().then(({ checks }) => checks.db)];
    await settle();
    expect(check.runs).toHaveLength(1);
    check.end(0, 'healthy');
    const [first, second, third] = await Promise.all(running);
    expect(first).toBe(second);
    expect(first).toBe(third);
    const again = registry.run('db');
    expect(check.runs).toHaveLength(2);
    check.end(1, 'unhealthy');
    expect((await again).status).toBe('unhealthy');
  });

  it.each([
    [
      'throws',
      () => {
        throw new RangeError('too far');
      },
      'Check execution failed: RangeError: too far',
    ],
    ['rejects', () => Promise.reject(new RangeError('too far')), 'Check execution failed: RangeError: too far'],
    ['rejects with nothing', () => Promise.reject(undefined), 'Check execution failed: undefined: no message'],
    ['returns undefined', () => undefined, 'Check returned undefined;'],
    ['returns a number', async () => 42, 'Check returned 42;'],
    ['returns a status that is none', async () => ({ status: 'green' }), 'Check returned the status "green";'],
    [
      'returns an object that cannot be read',
      () => ({
        get status() {
          throw new Error('no');
        },
      }),
      'Check execution failed: Error: no',
    ],
    [
      'returns an object that is hostile',
      () =>
        new Proxy(
          {},
          {
            get() {
              throw new Error('no then');
            },
          },
        ),
      'Check execution failed: Error: no then',
    ],
    [
      'returns a message that is no text',
      () => ({ status: 'healthy', message: Object.create(null) }),
      'Check execution failed: TypeError',
    ],
  ])('stores an unknown result of a check that %s', async (_, check, message) => {
    const { registry } = registryIn();
    registry.register('odd', { check: check as never });
    const result = await registry.run('odd');
    expect(result.status).toBe('unknown');
    expect(result.message).toContain(message);
    expect(registry.getStatus('odd')).toBe(result);
    expect(registry.getFailedChecks()).toEqual(['odd']);
  });

  it('shows no secret, whatever a check says', async () => {
    const { registry, events } = registryIn();
    registry.register('db', () => ({
      status: 'unhealthy',
      message: 'postgres://app:hunter2@db refused',
      details: { password: 'hunter2', cause: new Error('PGPASSWORD=hunter2') },
    }));
    const report = await registry.runAll();
    expect(JSON.stringify([report, events, registry.snapshot(), registry.getStatus('db')])).not.toContain('hunter2');
  });

  it('runs checks as probes', async () => {
    const { registry } = registryIn();
    const seen: boolean[] = [];
    registry.register('db', async () => {
      await settle();
      return seen.push(isProbe());
    });
    await registry.run('db');
    expect(seen).toEqual([true]);
  });
});

describe('HealthRegistry.runAll', () => {
  it('is healthy without any checks', async () => {
    const { registry, clock } = registryIn();
    expect(await registry.runAll()).toEqual({
      overallStatus: 'healthy',
      healthy: true,
      totalChecks: 0,
      passed: 0,
      failed: 0,
      timestamp: new Date(clock.wallNow()),
      checks: {},
    });
    expect(await registry.isHealthy()).toBe(true);
  });

  it('counts, and sums up', async () => {
    const { registry } = registryIn();
    registry.register('a', finding('h'));
    registry.register('b', finding('u'));
    registry.register('c', finding('d'));
    registry.register('d', finding('?'));
    expect(await registry.runAll()).toMatchObject({
      overallStatus: 'degraded',
      healthy: false,
      totalChecks: 4,
      passed: 1,
      failed: 3,
    });
    expect(registry.getFailedChecks()).toEqual(['b', 'c', 'd']);
    expect(await registry.isHealthy()).toBe(false);
  });

  it('lets a required check fail the whole, and an optional one only degrade it', async () => {
    const { registry } = registryIn();
    registry.register('db', finding('u'), { required: true });
    registry.register('a', finding('h'));
    expect((await registry.runAll()).overallStatus).toBe('unhealthy');
    registry.unregister('db');
    registry.register('cache', finding('u'), { required: false });
    expect((await registry.runAll()).overallStatus).toBe('degraded');
  });

  it('runs the checks beside each other', async () => {
    const { registry, clock } = registryIn({ timeoutMs: 5_000 });
    for (let index = 0; index < 200; index += 1) registry.register(`check ${index}`, new Controlled());
    const startedAtMs = clock.now();
    const report = await clock.run(registry.runAll());
    expect(clock.now() - startedAtMs).toBe(5_000);
    expect(report).toMatchObject({ totalChecks: 200, failed: 200, overallStatus: 'unhealthy' });
  });

  it('can be shown as JSON', async () => {
    const { registry, clock } = registryIn();
    registry.register('db', () => true);
    const iso = new Date(clock.wallNow()).toISOString();
    expect(JSON.parse(JSON.stringify(await registry.runAll()))).toMatchObject({
      timestamp: iso,
      checks: { db: { status: 'healthy', healthy: true, timestamp: iso, durationMs: 0, message: 'OK', details: {} } },
    });
  });

  it('leaves out checks that the config disables, which can still be run by name', async () => {
    const { registry } = registryIn();
    registry.register('db', finding('u'));
    registry.configure(config({ providers: { db: { ...provider, enabled: false } } }));
    expect(await registry.runAll()).toMatchObject({ totalChecks: 0, healthy: true });
    expect((await registry.run('db')).status).toBe('unhealthy');
    expect(registry.snapshot()).toEqual([]);
  });
});

describe('HealthRegistry.unregister and clear', () => {
  it('forget checks and their results, and mind no unknown name', async () => {
    const { registry } = registryIn();
    registry.register('a', finding('u'));
    registry.register('b', finding('u'));
    await registry.runAll();
    registry.unregister('nobody');
    registry.unregister('a');
    expect(registry.names()).toEqual(['b']);
    expect(registry.getStatus('a')).toBeNull();
    expect(registry.getFailedChecks()).toEqual(['b']);
    registry.clear();
    expect([registry.names(), registry.getFailedChecks(), registry.snapshot()]).toEqual([[], [], []]);
  });

  it('end a run under way, which is never stored and never reported', async () => {
    const { registry, clock, events } = registryIn();
    const check = new Controlled();
    registry.register('db', check);
    registry.register('other', () => true);
    const [one, all] = [registry.run('db'), registry.runAll()];
    await settle();
    registry.unregister('db');
    expect(check.signals[0]?.aborted).toBe(true);
    expect(await one).toMatchObject({ status: 'unknown', message: 'The check was unregistered while it ran' });
    expect(await all).toMatchObject({ totalChecks: 1, overallStatus: 'healthy' });
    check.end(0, 'unhealthy');
    await settle();
    expect(registry.getStatus('db')).toBeNull();
    expect(events.filter((event) => 'check' in event && event.check === 'db')).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('keep the result of an old registration away from a new one of the same name', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { registry } = registryIn();
    const [before, after] = [new Controlled(), new Controlled()];
    registry.register('db', before);
    const first = registry.run('db');
    registry.register('db', after);
    const second = registry.run('db');
    before.end(0, 'unhealthy');
    await first;
    expect(registry.getStatus('db')).toBeNull();
    after.end(0, 'healthy');
    expect((await second).status).toBe('healthy');
    expect(registry.getStatus('db')).toBe(await second);
  });

  it('end the schedule of what they remove', () => {
    const { registry, clock } = registryIn();
    registry.register('a', () => true);
    registry.register('b', () => true);
    registry.start();
    registry.unregister('a');
    expect(clock.pending).toBe(1);
    registry.clear();
    expect(clock.pending).toBe(0);
  });

  it('may be called by whoever hears of a result', async () => {
    const events: string[] = [];
    const { registry } = registryIn(
      {},
      {
        onEvent: (event) => {
          events.push(event.type);
          registry.unregister('db');
        },
      },
    );
    registry.register('db', finding('h'));
    await registry.run('db');
    expect(events).toEqual(['health.checked']);
    expect(registry.names()).toEqual([]);
  });
});

describe('HealthRegistry', () => {
  it('tells each result, and each change of the settled status', async () => {
    const { registry, events } = registryIn({ failureThreshold: 2 });
    registry.register('db', finding('huuh'));
    for (let run = 0; run < 4; run += 1) await registry.run('db');
    expect(events.map((event) => ('status' in event ? event.status : event))).toEqual([
      'healthy',
      { type: 'health.changed', check: 'db', from: 'unknown', to: 'healthy', message: 'result 1', flapping: false },
      'unhealthy',
      'unhealthy',
      { type: 'health.changed', check: 'db', from: 'healthy', to: 'unhealthy', message: 'result 3', flapping: false },
      'healthy',
      { type: 'health.changed', check: 'db', from: 'unhealthy', to: 'healthy', message: 'result 4', flapping: false },
    ]);
  });

  it('lets whoever hears of a result run the check again', async () => {
    const again: Promise<HealthResult>[] = [];
    const { registry } = registryIn(
      {},
      {
        onEvent: () => {
          if (again.length === 0) again.push(registry.run('db'));
        },
      },
    );
    const check = finding('hd');
    registry.register('db', check);
    expect((await registry.run('db')).status).toBe('healthy');
    expect((await again[0])?.status).toBe('degraded');
    expect(check.runs).toBe(2);
  });

  it('tells when flapping begins and ends, also when the status is the same', async () => {
    const { registry, clock, events } = registryIn({
      failureThreshold: 1,
      flapping: { windowMs: 60_000, transitions: 3 },
    });
    registry.register('db', finding('huhuuuuuu'));
    for (let run = 0; run < 9; run += 1) {
      await registry.run('db');
      await clock.advance(20_000);
    }
    const changes = events.filter((event) => event.type === 'health.changed');
    expect(changes.map(({ from, to, flapping }) => `${from} ${to} ${flapping}`)).toEqual([
      'unknown healthy false',
      'healthy unhealthy false',
      'unhealthy healthy false',
      'healthy unhealthy true',
      'unhealthy unhealthy false',
    ]);
  });

  it('goes on whatever those who listen and those who count do', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const broken = (): never => {
      throw new Error('broken');
    };
    const { registry, clock } = registryIn({}, { onEvent: broken, traffic: broken });
    registry.register('db', finding('h'), { operation: 'query' });
    registry.start();
    await clock.advance(60_000);
    expect(registry.getStatus('db')?.status).toBe('healthy');
    registry.stop();
  });

  it('works without options, in real time', async () => {
    const registry = new HealthRegistry();
    registry.register('db', () => true);
    expect(await registry.isHealthy()).toBe(true);
  });
});
