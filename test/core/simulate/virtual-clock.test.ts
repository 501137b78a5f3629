import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../packages/core/src/simulate/virtual-clock.ts';

const never = (): boolean => false;

describe('the clock of a simulation', () => {
  it('fires timers by time, those of the same time in the order in which they were set, and none that was cleared', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ delayMs: fc.integer({ min: 0, max: 50 }), cleared: fc.boolean() }), { maxLength: 60 }),
        async (plan) => {
          const clock = new VirtualClock();
          const fired: number[] = [];
          const timers = plan.map(({ delayMs }, index) => clock.setTimeout(() => fired.push(index), delayMs));
          plan.forEach(({ cleared }, index) => {
            if (cleared) clock.clearTimeout(timers[index]);
          });
          await clock.run(never, Number.POSITIVE_INFINITY);
          const expected = plan
            .map(({ delayMs, cleared }, index) => ({ delayMs, cleared, index }))
            .filter(({ cleared }) => !cleared)
            .sort((a, b) => a.delayMs - b.delayMs || a.index - b.index)
            .map(({ index }) => index);
          expect(fired).toEqual(expected);
        },
      ),
    ));

  it('forgets timers that are cleared by the thousand, and fires the rest', async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    for (let index = 0; index < 10_000; index += 1) {
      const timer = clock.setTimeout(() => fired.push(index), 10_000 - index);
      if (index % 1_000 !== 0) clock.clearTimeout(timer);
    }
    await clock.run(never, Number.POSITIVE_INFINITY);
    expect(fired).toEqual([9_000, 8_000, 7_000, 6_000, 5_000, 4_000, 3_000, 2_000, 1_000, 0]);
  });

  it('fires no timer before everything the last one set off has settled', async () => {
    const clock = new VirtualClock();
    const story: string[] = [];
    const work = async (): Promise<void> => {
      for (let step = 0; step < 5_000; step += 1) await undefined;
      story.push(`settled at ${clock.now()}`);
      clock.setTimeout(() => story.push(`inner at ${clock.now()}`), 1);
    };
    clock.setTimeout(() => void work(), 10);
    clock.setTimeout(() => story.push(`next at ${clock.now()}`), 12);
    await clock.run(never, Number.POSITIVE_INFINITY);
    expect(story).toEqual(['settled at 10', 'inner at 11', 'next at 12']);
  });

  it('stops when it is told to, and where it is told to', async () => {
    const clock = new VirtualClock();
    let fired = 0;
    const again = (): void => {
      fired += 1;
      clock.setTimeout(again, 10);
    };
    again();
    await clock.run(() => fired === 5, Number.POSITIVE_INFINITY);
    expect([fired, clock.now()]).toEqual([5, 40]);
    await clock.run(never, 100);
    expect([fired, clock.now()]).toEqual([11, 100]);
  });
});
