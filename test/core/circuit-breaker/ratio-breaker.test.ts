import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttemptWindow } from '../../../packages/core/src/circuit-breaker/attempt-window.ts';
import { CountWindow } from '../../../packages/core/src/circuit-breaker/count-window.ts';
import { RatioBreaker } from '../../../packages/core/src/circuit-breaker/ratio-breaker.ts';
import { TimeWindow } from '../../../packages/core/src/circuit-breaker/time-window.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function ratioBreaker(window: AttemptWindow, failureRatio = 0.5, minimumCalls = 4): RatioBreaker {
  return new RatioBreaker({ window, failureRatio, minimumCalls, slowCallMs: 100, slowCallRatio: 0.75 });
}

describe('RatioBreaker', () => {
  it('trips at the ratio, not before the minimum of calls', () => {
    const breaker = ratioBreaker(new CountWindow(10));
    expect([1, 2, 3, 4].map(() => breaker.failure())).toEqual([false, false, false, true]);
    const mixed = ratioBreaker(new CountWindow(10));
    for (let call = 0; call < 5; call += 1) mixed.success();
    expect([1, 2, 3, 4, 5].map(() => mixed.failure())).toEqual([false, false, false, false, true]);
  });

  it('trips at exactly the share that was asked for, however it is written', () => {
    for (const [percent, ratio] of [7, 14, 28, 29, 55, 56, 57, 58].map((one) => [one, one / 100] as const)) {
      const breaker = ratioBreaker(new CountWindow(100), ratio, 100);
      for (let call = 0; call < 100 - percent; call += 1) breaker.success();
      const tripped = Array.from({ length: percent }, () => breaker.failure());
      expect([ratio, tripped.indexOf(true)]).toEqual([ratio, percent - 1]);
    }
  });

  it('can trip only when every attempt fails', () => {
    const breaker = ratioBreaker(new CountWindow(4), 1, 4);
    breaker.success();
    expect([1, 2, 3, 4].map(() => breaker.failure())).toEqual([false, false, false, true]);
  });

  it('counts slow attempts whether or not they succeed, and tells them from failures', () => {
    const breaker = ratioBreaker(new CountWindow(8));
    expect(breaker.record(false, 101)).toBe(false);
    expect(breaker.record(true, 101)).toBe(false);
    expect(breaker.record(false, 100)).toBe(false);
    expect(breaker.record(false, 101)).toBe(true);
  });

  it('lets failures age out of a time window, however long nothing was called', () => {
    const clock = new VirtualClock();
    const breaker = ratioBreaker(new TimeWindow(10_000, clock));
    for (let call = 0; call < 3; call += 1) breaker.failure();
    clock.jump(3_600_000);
    expect([breaker.atRest, breaker.failure()]).toEqual([true, false]);
  });

  it('is not confused by a clock that steps back', () => {
    const clock = new VirtualClock();
    const breaker = ratioBreaker(new TimeWindow(10_000, clock));
    for (let call = 0; call < 3; call += 1) breaker.failure();
    clock.jump(-5_000);
    expect(breaker.failure()).toBe(true);
  });

  it('can be saved and restored, as breakers of cockatiel can', () => {
    const clock = new VirtualClock();
    for (const window of [() => new TimeWindow(10_000, clock), () => new CountWindow(8)]) {
      const saved = ratioBreaker(window());
      for (let call = 0; call < 3; call += 1) saved.failure();
      const restored = ratioBreaker(window());
      restored.state = structuredClone(saved.state);
      expect(restored.failure()).toBe(true);
    }
  });

  it('takes over what a window of the same kind holds, and nothing from one of another kind', () => {
    const clock = new VirtualClock();
    const timed = ratioBreaker(new TimeWindow(10_000, clock));
    const counted = ratioBreaker(new CountWindow(10));
    for (let call = 0; call < 3; call += 1) {
      timed.failure();
      counted.failure();
    }
    const next = (window: AttemptWindow, previous: RatioBreaker): boolean => {
      const breaker = ratioBreaker(window);
      breaker.adopt(previous);
      return breaker.failure();
    };
    expect(next(new TimeWindow(60_000, clock), timed)).toBe(true);
    expect(next(new TimeWindow(1_000, clock), timed)).toBe(true);
    expect(next(new CountWindow(4), counted)).toBe(true);
    expect(next(new TimeWindow(10_000, clock), counted)).toBe(false);
    expect(next(new CountWindow(10), timed)).toBe(false);
  });

  it('lets results that it took over age as they would have', () => {
    for (const windowMs of [1_000, 10_000, 60_000]) {
      const clock = new VirtualClock();
      clock.jump(5_000_000);
      const before = ratioBreaker(new TimeWindow(10_000, clock));
      before.failure();
      const after = ratioBreaker(new TimeWindow(windowMs, clock));
      after.adopt(before);
      clock.jump(windowMs * 0.89);
      expect(after.atRest).toBe(false);
      clock.jump(windowMs * 0.11 + 1_000);
      expect(after.atRest).toBe(true);
    }
  });

  it('decides as one would who looks at all attempts of the window', () => {
    const attempt = fc.record({ failed: fc.boolean(), slow: fc.boolean() });
    const share = fc.double({ min: 0.05, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(attempt, { maxLength: 80 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        share,
        share,
        (attempts, size, minimumCalls, failureRatio, slowCallRatio) => {
          const window = new CountWindow(size);
          const breaker = new RatioBreaker({ window, failureRatio, minimumCalls, slowCallMs: 100, slowCallRatio });
          attempts.forEach(({ failed, slow }, index) => {
            const last = attempts.slice(Math.max(0, index + 1 - size), index + 1);
            const failures = last.filter((one) => one.failed).length;
            const slowOnes = last.filter((one) => one.slow).length;
            const trips =
              last.length >= minimumCalls &&
              ((failed && failures / last.length >= failureRatio) || (slow && slowOnes / last.length >= slowCallRatio));
            expect(breaker.record(failed, slow ? 101 : 100)).toBe(trips);
            expect([window.calls, window.failures, window.slow]).toEqual([last.length, failures, slowOnes]);
          });
        },
      ),
    );
  });
});
