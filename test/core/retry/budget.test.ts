import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryBudget } from '../../../packages/core/src/retry/budget.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('RetryBudget', () => {
  it('allows the floor without any calls', () => {
    const budget = new RetryBudget({ ratio: 0, minRetriesPerSecond: 1 }, new VirtualClock());
    expect(Array.from({ length: 12 }, () => budget.tryWithdraw()).filter(Boolean)).toHaveLength(10);
  });

  it('says what share of it is left, and all of it while nothing was allowed nor taken', () => {
    const clock = new VirtualClock();
    const budget = new RetryBudget({ ratio: 0.1, minRetriesPerSecond: 0 }, clock);
    expect(budget.remaining).toBe(1);
    for (let call = 0; call < 40; call += 1) budget.deposit();
    const left = Array.from({ length: 5 }, () => [budget.tryWithdraw(), budget.remaining]);
    expect(left).toEqual([
      [true, 0.75],
      [true, 0.5],
      [true, 0.25],
      [true, 0],
      [false, 0],
    ]);
    budget.configure({ ratio: 0.01, minRetriesPerSecond: 0 });
    expect(budget.remaining).toBe(0);
    clock.jump(11_000);
    expect(budget.remaining).toBe(1);
  });

  it('allows a share of the calls of the last ten seconds', () => {
    const clock = new VirtualClock();
    const budget = new RetryBudget({ ratio: 0.2, minRetriesPerSecond: 0 }, clock);
    for (let call = 0; call < 50; call += 1) budget.deposit();
    expect(Array.from({ length: 12 }, () => budget.tryWithdraw()).filter(Boolean)).toHaveLength(10);
    for (let call = 0; call < 50; call += 1) budget.deposit();
    clock.jump(11_000);
    expect(budget.tryWithdraw()).toBe(false);
  });

  it('counts a call at the time it is told, and reads no clock for it', () => {
    const clock = new VirtualClock();
    const budget = new RetryBudget({ ratio: 1, minRetriesPerSecond: 0 }, clock);
    const startedAtMs = clock.now();
    clock.now = () => expect.fail('read the clock');
    budget.deposit(startedAtMs);
    budget.deposit(startedAtMs + 9_000);
    clock.now = () => startedAtMs + 9_500;
    expect(budget.balance).toBe(2);
    clock.now = () => startedAtMs + 12_000;
    expect(budget.balance).toBe(1);
  });

  it('forgets nothing when calls are told late', () => {
    const clock = new VirtualClock();
    const budget = new RetryBudget({ ratio: 1, minRetriesPerSecond: 0 }, clock);
    clock.jump(20_000);
    budget.deposit(clock.now());
    budget.deposit(clock.now() - 15_000);
    expect(budget.balance).toBe(2);
  });

  it('never lets retries of a window exceed its calls times the ratio and the floor', () => {
    const step = fc.record({ waitMs: fc.integer({ min: -500, max: 3_000 }), retry: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const clock = new VirtualClock();
        const budget = new RetryBudget({ ratio: 0.5, minRetriesPerSecond: 0.3 }, clock);
        let retries = 0;
        let calls = 0;
        for (const { waitMs, retry } of steps) {
          clock.jump(waitMs);
          if (!retry) {
            budget.deposit();
            calls += 1;
          } else if (budget.tryWithdraw()) retries += 1;
          expect(budget.balance).toBeGreaterThanOrEqual(-calls);
        }
        const windows = 1 + Math.ceil(steps.reduce((sum, { waitMs }) => sum + Math.max(0, waitMs), 0) / 10_000);
        expect(retries).toBeLessThanOrEqual(calls * 0.5 * 2 + windows * 3 * 2);
      }),
    );
  });
});
