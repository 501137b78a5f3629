import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentDurations } from '../../../packages/core/src/hedge/recent-durations.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('RecentDurations', () => {
  it('holds all of the last five sixths of its window and nothing older than the window', () => {
    const step = fc.record({ waitMs: fc.integer({ min: 0, max: 2_500 }), count: fc.integer({ min: 0, max: 4 }) });
    const origin = fc.integer({ min: -1e7, max: 1e7 });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), origin, (steps, originMs) => {
        const clock = new VirtualClock();
        clock.jump(originMs);
        const recent = new RecentDurations(6_000, clock);
        const added: number[] = [];
        for (const { waitMs, count } of steps) {
          clock.jump(waitMs);
          for (let one = 0; one < count; one += 1) {
            recent.add(5);
            added.push(clock.now());
          }
          const within = (ms: number): number => added.filter((atMs) => clock.now() - atMs < ms).length;
          expect(recent.total).toBeGreaterThanOrEqual(within(5_000));
          expect(recent.total).toBeLessThanOrEqual(within(6_000));
          expect(recent.quantile(1) === undefined).toBe(recent.total === 0);
        }
      }),
    );
  });
});
