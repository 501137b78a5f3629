import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlidingCount } from '../../packages/core/src/sliding-count.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

describe('SlidingCount', () => {
  it('forgets by time alone', () => {
    const clock = new VirtualClock();
    const count = new SlidingCount(1_000, clock);
    count.increment();
    clock.jump(899);
    expect(count.total).toBe(1);
    clock.jump(3_600_000);
    expect(count.total).toBe(0);
  });

  it('works from any origin of the clock', () => {
    const clock = new VirtualClock();
    clock.jump(-50_000_123);
    const count = new SlidingCount(1_000, clock);
    for (let second = 0; second < 25; second += 1) {
      count.increment();
      expect(count.total).toBe(1);
      clock.jump(1_000);
    }
  });

  const step = fc.record({ waitMs: fc.integer({ min: -300, max: 700 }), counts: fc.integer({ min: 0, max: 5 }) });

  it('counts all of the last nine tenths of the window and nothing that is older than the window', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 10, max: 5_000 }), (steps, windowMs) => {
        const clock = new VirtualClock();
        const count = new SlidingCount(windowMs, clock);
        const events: number[] = [];
        let latest = clock.now();
        for (const { waitMs, counts } of steps) {
          clock.jump(waitMs);
          latest = Math.max(latest, clock.now());
          for (let event = 0; event < counts; event += 1) {
            count.increment();
            events.push(latest);
          }
          const within = (ms: number): number => events.filter((atMs) => latest - atMs < ms).length;
          // What a clock that steps back counts goes to the newest slot, whose start may be a slot before `latest`.
          expect(count.total).toBeGreaterThanOrEqual(within(windowMs * 0.9 - 1e-6));
          expect(count.total).toBeLessThanOrEqual(within(windowMs + 1e-6));
        }
      }),
    );
  });

  it('keeps what is recent when the window changes, and never invents anything', () => {
    const windowMs = fc.integer({ min: 10, max: 20_000 });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), windowMs, windowMs, (steps, before, after) => {
        const clock = new VirtualClock();
        const count = new SlidingCount(before, clock);
        const events: number[] = [];
        for (const { waitMs, counts } of steps) {
          clock.jump(Math.abs(waitMs));
          for (let event = 0; event < counts; event += 1) {
            count.increment();
            events.push(clock.now());
          }
        }
        count.resize(after);
        const within = (ms: number): number => events.filter((atMs) => clock.now() - atMs < ms).length;
        expect(count.total).toBeGreaterThanOrEqual(within(Math.min(before, after) * 0.9 - 1e-6));
        expect(count.total).toBeLessThanOrEqual(within(Math.min(before, after + before / 10) + 1e-6));
        clock.jump(after + before / 10);
        expect(count.total).toBe(0);
      }),
    );
  });

  it('is what it was after it was saved and restored', () => {
    const clock = new VirtualClock();
    const count = new SlidingCount(1_000, clock);
    for (const _ of [1, 2, 3]) {
      count.increment();
      clock.jump(300);
    }
    const restored = new SlidingCount(1_000, clock);
    restored.restore(structuredClone(count.save()));
    for (let slot = 0; slot < 12; slot += 1) {
      expect(restored.total).toBe(count.total);
      clock.jump(100);
    }
    expect(restored.total).toBe(0);
  });
});
