import { describe, expect, it } from 'vitest';
import { finding, registryIn } from './health-registry.ts';

describe('HealthRegistry.snapshot', () => {
  it('knows nothing of a check before its first result', () => {
    const { registry } = registryIn();
    registry.register('db', finding('h'), { required: true });
    expect(registry.snapshot()).toEqual([]);
    registry.start();
    expect(registry.snapshot()).toEqual([
      {
        check: 'db',
        status: 'unknown',
        message: 'not checked yet',
        required: true,
        flapping: false,
        source: 'probe',
        sinceMs: undefined,
        last: undefined,
      },
    ]);
    expect(registry.overall().overall).toBe('unknown');
    registry.stop();
  });

  it('shows the settled status, since when, and the last result', async () => {
    const { registry, clock } = registryIn({ failureThreshold: 3 });
    registry.register('db', () => ({ status: 'unhealthy', message: 'refused', details: { attempt: 1 } }));
    registry.register('cache', finding('huu'));
    const firstAtMs = clock.wallNow();
    for (let run = 0; run < 3; run += 1) {
      await registry.runAll();
      await clock.advance(1_000);
    }
    expect(registry.overall()).toEqual({
      overall: 'degraded',
      checks: [
        {
          check: 'db',
          status: 'unhealthy',
          message: 'refused',
          required: undefined,
          flapping: false,
          source: 'probe',
          sinceMs: firstAtMs,
          last: { status: 'unhealthy', atMs: firstAtMs + 2_000, durationMs: 0, inARow: 3, details: { attempt: 1 } },
        },
        {
          check: 'cache',
          status: 'healthy',
          message: '2 of 3 failures in a row: result 3',
          required: undefined,
          flapping: false,
          source: 'probe',
          sinceMs: firstAtMs,
          last: { status: 'unhealthy', atMs: firstAtMs + 2_000, durationMs: 0, inARow: 2, details: {} },
        },
      ],
    });
  });

  it('has messages that are bounded with all that is said of them', async () => {
    const { registry } = registryIn();
    registry.register('db', () => ({
      status: registry.getStatus('db') === null ? 'healthy' : 'degraded',
      message: 'x'.repeat(9_999),
    }));
    await registry.run('db');
    await registry.run('db');
    const [view] = registry.snapshot();
    expect(view?.message).toMatch(/^1 of 3 failures in a row: x+…$/);
    expect(view?.message).toHaveLength(1_024);
  });

  it('holds a status for the dwell', async () => {
    const { registry, clock } = registryIn({ failureThreshold: 1, minimumDwellMs: 5_000 });
    registry.register('db', finding('uhh'));
    await registry.run('db');
    await clock.advance(3_000);
    await registry.run('db');
    expect(registry.snapshot()).toMatchObject([
      { status: 'unhealthy', message: '1 success in a row, but unhealthy holds for 5 s at least: result 2' },
    ]);
    await clock.advance(2_000);
    await registry.run('db');
    expect(registry.snapshot()).toMatchObject([{ status: 'healthy', sinceMs: clock.wallNow() }]);
  });

  it('takes a result that is older than three intervals for none, while the check is scheduled', async () => {
    const { registry, clock } = registryIn({ intervalMs: 10_000, timeoutMs: 1_000 });
    registry.register('db', finding('h'));
    await registry.run('db');
    clock.jump(1e6);
    expect(registry.snapshot()).toMatchObject([{ status: 'healthy' }]);
    registry.start();
    expect(registry.snapshot()).toMatchObject([{ status: 'unknown', message: 'the last result is 1000 s old' }]);
    await clock.advance(10_000);
    expect(registry.snapshot()).toMatchObject([{ status: 'healthy' }]);
    clock.jump(25_000);
    expect(registry.snapshot()).toMatchObject([{ status: 'healthy' }]);
    clock.jump(1);
    expect(registry.snapshot()).toMatchObject([{ status: 'unknown', message: 'the last result is 30 s old' }]);
    registry.stop();
  });

  it('does not take a result for old only because a run may last longer than three intervals', async () => {
    const { registry, clock } = registryIn({ intervalMs: 1_000, timeoutMs: 10_000, failureThreshold: 3 });
    let runs = 0;
    registry.register('db', () => (runs++ === 0 ? true : new Promise(() => {})));
    registry.start();
    await clock.advance(11_400);
    expect(registry.snapshot()).toMatchObject([{ status: 'healthy', message: 'OK' }]);
    await clock.advance(200);
    expect(registry.snapshot()).toMatchObject([
      { status: 'healthy', message: expect.stringContaining('of 3 failures in a row') },
    ]);
    registry.stop();
  });

  it('does not fall back on a status from before a long silence when the first result after it is bad', async () => {
    const { registry, clock } = registryIn({ intervalMs: 10_000, failureThreshold: 3 });
    registry.register('db', finding('hu'));
    registry.start();
    await clock.advance(5_000);
    expect(registry.snapshot()).toMatchObject([{ status: 'healthy' }]);
    clock.jump(60_000);
    await clock.advance(1);
    expect(registry.snapshot()).toMatchObject([{ status: 'unhealthy', message: 'result 2' }]);
    registry.stop();
  });

  it('minds no jump of the wall clock, and shows its time', async () => {
    const { registry, clock } = registryIn({ intervalMs: 10_000 });
    registry.register('db', finding('h'));
    registry.start();
    await clock.advance(5_000);
    const wallNow = clock.wallNow.bind(clock);
    for (const shiftMs of [-86_400_000, 86_400_000]) {
      clock.wallNow = () => wallNow() + shiftMs;
      expect(registry.snapshot()).toMatchObject([{ status: 'healthy' }]);
      await clock.advance(10_000);
      expect(registry.snapshot()).toMatchObject([{ status: 'healthy', last: { atMs: clock.wallNow() } }]);
    }
    registry.stop();
  });

  it('asks nobody', async () => {
    const { registry } = registryIn();
    const check = finding('h');
    registry.register('db', check);
    await registry.run('db');
    for (let time = 0; time < 100; time += 1) registry.snapshot();
    expect(check.runs).toBe(1);
  });

  it('makes nothing anew while nothing has changed, which is what keeps it quick', async () => {
    const { registry } = registryIn();
    for (let index = 0; index < 200; index += 1) registry.register(`check ${index}`, finding('h'));
    await registry.runAll();
    const [before, after] = [registry.snapshot(), registry.snapshot()];
    expect(before).toHaveLength(200);
    expect(after.every((view, index) => view === before[index])).toBe(true);
  });
});
