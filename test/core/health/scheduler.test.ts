import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scheduler, type Task } from '../../../packages/core/src/health/scheduler.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** A scheduler and when each of its tasks ran, in milliseconds from the start. */
function scheduler(random: () => number = () => 0.5) {
  const clock = new VirtualClock();
  const startedAtMs = clock.now();
  const runs: Record<string, number[]> = {};
  const task = (name: string, intervalMs: number): [string, Task] => [
    name,
    {
      intervalMs,
      run: () => {
        runs[name] ??= [];
        runs[name].push(clock.now() - startedAtMs);
      },
    },
  ];
  return { clock, runs, task, scheduler: new Scheduler({ clock, random }) };
}

describe('Scheduler', () => {
  it('runs a task first within ten seconds or its interval, whichever is shorter, then at its interval', async () => {
    const { clock, runs, task, scheduler: tested } = scheduler();
    tested.set(new Map([task('slow', 30_000), task('quick', 2_000)]));
    await clock.advance(65_000);
    expect(runs.slow).toEqual([5_000, 35_000, 65_000]);
    expect(runs.quick?.slice(0, 3)).toEqual([1_000, 3_000, 5_001]);
  });

  it('never waits less than nine tenths of the interval, nor more than eleven', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 20 }),
        async (draws) => {
          let draw = 0;
          const { clock, runs, task, scheduler: tested } = scheduler(() => draws[draw++ % draws.length] as number);
          tested.set(new Map([task('one', 10_000)]));
          await clock.advance(60_000);
          const gaps = (runs.one ?? []).map((at, index, all) => at - (all[index - 1] ?? 0));
          expect(gaps[0]).toBeLessThanOrEqual(10_000);
          for (const gap of gaps.slice(1)) {
            expect(gap).toBeGreaterThanOrEqual(9_000);
            expect(gap).toBeLessThanOrEqual(11_001);
          }
          expect(gaps.length).toBeGreaterThanOrEqual(5);
        },
      ),
      { numRuns: 30 },
    );
  });

  it.each([
    [0, 9_000],
    [0.5, 10_000],
    [0.999_999, 11_000],
  ])(
    'makes an interval of ten seconds longer or shorter by a tenth at most: draw %d, %d ms',
    async (draw, expectedMs) => {
      const { clock, runs, task, scheduler: tested } = scheduler(() => draw);
      tested.set(new Map([task('one', 10_000)]), 0);
      await clock.advance(12_000);
      expect(runs.one?.[1]).toBe(expectedMs);
    },
  );

  it('never starts two tasks in one tick, however many are due at once', async () => {
    const { clock, runs, task, scheduler: tested } = scheduler();
    tested.set(new Map(Array.from({ length: 200 }, (_, index) => task(`task ${index}`, 30_000))), 1_000);
    await clock.advance(1_500);
    const starts = Object.values(runs).flat();
    expect(starts).toHaveLength(200);
    expect(new Set(starts).size).toBe(200);
    expect(Math.min(...starts)).toBe(1_000);
    expect(clock.pending).toBe(1);
  });

  it('waits for the initial delay where one is given', async () => {
    const { clock, runs, task, scheduler: tested } = scheduler();
    tested.set(new Map([task('one', 1_000)]), 20_000);
    // What else is registered meanwhile moves nothing.
    await clock.advance(15_000);
    tested.set(new Map([task('one', 1_000), task('two', 1_000)]), 20_000);
    await clock.advance(6_000);
    expect(runs.one).toEqual([20_000, 21_000]);
    expect(runs.two).toBeUndefined();
  });

  it('keeps the place of a task whose interval stays, and hurries one whose interval is shorter now', async () => {
    const { clock, runs, task, scheduler: tested } = scheduler();
    tested.set(new Map([task('same', 30_000), task('shorter', 30_000), task('longer', 30_000)]));
    await clock.advance(10_000);
    tested.set(new Map([task('same', 30_000), task('shorter', 4_000), task('longer', 90_000)]));
    await clock.advance(26_000);
    expect(runs.same).toEqual([5_000, 35_000]);
    expect(runs.shorter?.slice(0, 3)).toEqual([5_001, 14_000, 18_000]);
    expect(runs.longer).toEqual([5_002, 35_002]);
  });

  it('stops a task that is not among them any more, and takes one that was dropped for new', async () => {
    const { clock, runs, task, scheduler: tested } = scheduler();
    tested.set(new Map([task('gone', 30_000), task('anew', 30_000)]));
    await clock.advance(6_000);
    tested.drop('anew');
    tested.set(new Map([task('anew', 30_000)]));
    expect([tested.has('gone'), tested.has('anew')]).toEqual([false, true]);
    await clock.advance(6_000);
    expect(runs).toEqual({ gone: [5_000], anew: [5_001, 11_000] });
    tested.set(new Map());
    expect(clock.pending).toBe(0);
  });

  it('catches up with one run, not with all it missed, when time jumps', async () => {
    const { clock, runs, task, scheduler: tested } = scheduler();
    tested.set(new Map([task('one', 10_000)]));
    clock.jump(100_000);
    await clock.advance(10_000);
    expect(runs.one).toEqual([100_000, 110_000]);
  });

  it('comes early by no run when a timer does', async () => {
    const { clock, runs, task, scheduler: tested } = scheduler();
    const late = clock.setTimeout.bind(clock);
    clock.setTimeout = (callback, delayMs) => late(callback, delayMs > 2_000 ? delayMs / 2 : delayMs);
    tested.set(new Map([task('one', 10_000)]));
    await clock.advance(20_000);
    for (const at of runs.one ?? []) expect([5_000, 15_000]).toContain(Math.floor(at));
    expect(runs.one).toHaveLength(2);
  });

  it('keeps no process alive', () => {
    const { clock, task, scheduler: tested } = scheduler();
    const handles = { unref: 0 };
    clock.setTimeout = () => ({ unref: () => (handles.unref += 1) });
    tested.set(new Map([task('one', 10_000)]));
    expect(handles.unref).toBe(1);
  });
});
