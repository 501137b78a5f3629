import { describe, expect, it } from 'vitest';
import { settle } from '../../support/virtual-clock.ts';
import { Controlled, registryIn } from './health-registry.ts';

describe('a check that does not answer in time', () => {
  it('is unhealthy at the timeout, and its signal fires', async () => {
    const { registry, clock, events } = registryIn({ timeoutMs: 1_000 });
    const check = new Controlled();
    registry.register('db', check);
    const running = registry.run('db');
    await clock.advance(999);
    expect(check.signals[0]?.aborted).toBe(false);
    expect(registry.getStatus('db')).toBeNull();
    await clock.advance(1);
    expect(await running).toMatchObject({
      status: 'unhealthy',
      message: 'Check timed out after 1000 ms',
      durationMs: 1_000,
    });
    expect(check.signals[0]?.reason).toMatchObject({ name: 'TimeoutError', message: 'Check timed out after 1000 ms' });
    expect(events[0]).toEqual({
      type: 'health.checked',
      check: 'db',
      status: 'unhealthy',
      durationMs: 1_000,
      timedOut: true,
    });
    expect(clock.pending).toBe(0);
  });

  it('has timed out also when it answers to the signal at once', async () => {
    const { registry, clock } = registryIn({ timeoutMs: 1_000 });
    registry.register(
      'db',
      ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(true))),
    );
    expect(await clock.run(registry.run('db'))).toMatchObject({ message: 'Check timed out after 1000 ms' });
    await settle();
    expect(registry.getStatus('db')?.status).toBe('unhealthy');
  });

  it('is not started again before it ends: each further run fails at once', async () => {
    const { registry, clock, events } = registryIn({ timeoutMs: 1_000 });
    const check = new Controlled();
    registry.register('db', check);
    const at = (ms: number) => new Date(clock.wallNow() + ms).toISOString();
    const [startedAt, givenUpAt] = [at(0), at(1_000 + 300_000)];
    await clock.run(registry.run('db'));
    await clock.advance(5_000);
    for (let run = 0; run < 3; run += 1) {
      expect(await registry.run('db')).toMatchObject({
        status: 'unhealthy',
        message: `Check is still running since ${startedAt}, and is not started again before it ends or ${givenUpAt}`,
      });
    }
    expect(check.runs).toHaveLength(1);
    expect(events.filter((event) => event.type === 'health.checked' && event.timedOut)).toHaveLength(4);
    expect(registry.snapshot()[0]?.last?.inARow).toBe(4);
  });

  it('has its late result dropped, and is started again afterwards', async () => {
    const { registry, clock } = registryIn({ timeoutMs: 1_000 });
    const check = new Controlled();
    registry.register('db', check);
    await clock.run(registry.run('db'));
    check.end(0, 'healthy', 'late');
    await settle();
    expect(registry.getStatus('db')?.message).toBe('Check timed out after 1000 ms');
    const again = registry.run('db');
    expect(check.runs).toHaveLength(2);
    check.end(1, 'healthy', 'in time');
    expect(await again).toMatchObject({ status: 'healthy', message: 'in time' });
  });

  it('never piles up on schedule, and is seen as failing', async () => {
    const { registry, clock } = registryIn({ intervalMs: 10_000, timeoutMs: 1_000 });
    const check = new Controlled();
    registry.register('db', check);
    registry.start();
    await clock.advance(100_000);
    expect(check.runs).toHaveLength(1);
    expect(registry.snapshot()).toMatchObject([{ status: 'unhealthy', last: { status: 'unhealthy' } }]);
    expect(registry.snapshot()[0]?.last?.inARow).toBeGreaterThanOrEqual(9);
    check.end(0, 'healthy');
    await clock.advance(5_500);
    check.end(1, 'healthy');
    await settle();
    expect(registry.snapshot()).toMatchObject([{ status: 'healthy' }]);
    registry.stop();
  });

  it('is given up in the end, so that a run which nothing will ever end does not hide that all is well again', async () => {
    const { registry, clock } = registryIn({ intervalMs: 10_000, timeoutMs: 1_000 });
    const check = new Controlled();
    registry.register('db', check);
    registry.start();
    await clock.advance(115_500);
    expect(check.runs).toHaveLength(2);
    check.end(1, 'healthy');
    await settle();
    expect(registry.snapshot()).toMatchObject([{ status: 'healthy' }]);
    // The lost one has no say any more, whatever becomes of it.
    check.end(0, 'unhealthy');
    await settle();
    expect(registry.getStatus('db')?.status).toBe('healthy');
    registry.stop();
  });

  it('is given up ever less often while each further run hangs, too', async () => {
    const { registry, clock } = registryIn({ intervalMs: 1_000, timeoutMs: 500 });
    const check = new Controlled();
    registry.register('db', check);
    registry.start();
    const runsAt: number[] = [];
    for (let minute = 0; minute < 6 * 60; minute += 1) {
      await clock.advance(60_000);
      if (check.runs.length > runsAt.length + 1) runsAt.push(minute);
    }
    // After 1, 2, 4 … 32 minutes, then hourly.
    expect(check.runs).toHaveLength(1 + 6 + 4);
    expect(runsAt.map((minute, index) => minute - (runsAt[index - 1] ?? 0))).toEqual([
      1, 2, 4, 8, 16, 32, 60, 60, 60, 60,
    ]);
    registry.stop();
  });

  it('does not hold up the others', async () => {
    const { registry, clock } = registryIn({ intervalMs: 10_000, timeoutMs: 60_000 });
    registry.register('hung', new Controlled());
    registry.register('fine', () => true);
    registry.start();
    await clock.advance(10_000);
    expect(registry.getStatus('fine')?.healthy).toBe(true);
    expect(registry.getStatus('hung')).toBeNull();
    registry.stop();
  });
});
