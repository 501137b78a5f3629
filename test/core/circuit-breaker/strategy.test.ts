import type { CircuitBreakerConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import type { BreakerStrategy } from '../../../packages/core/src/circuit-breaker/breaker-strategy.ts';
import { breakerStrategy } from '../../../packages/core/src/circuit-breaker/strategy.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { breakerConfig } from './breaker-config.ts';

function strategyOf(config: Partial<CircuitBreakerConfig>, clock = new VirtualClock()): BreakerStrategy {
  return breakerStrategy(breakerConfig(config), clock)();
}

function results(strategy: BreakerStrategy, attempts: readonly [failed: boolean, durationMs: number][]): boolean[] {
  return attempts.map(([failed, durationMs]) => strategy.record?.(failed, durationMs) === true);
}

const failed: [boolean, number] = [true, 1];
const good: [boolean, number] = [false, 1];
const slow: [boolean, number] = [false, 501];

describe('breakerStrategy', () => {
  it('counts failures in a row, and a success ends the row', () => {
    expect(results(strategyOf({ consecutiveFailures: 2 }), [failed, good, failed, failed])).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it('looks back on a time by default', () => {
    const clock = new VirtualClock();
    const strategy = strategyOf({ windowMs: 1_000 }, clock);
    expect(results(strategy, [failed, failed, failed])).toEqual([false, false, false]);
    clock.jump(2_000);
    expect(results(strategy, [failed, failed, failed, failed])).toEqual([false, false, false, true]);
  });

  it('looks back on a number of attempts, however long ago they were', () => {
    const clock = new VirtualClock();
    const strategy = strategyOf({ countWindow: 4, windowMs: 1 }, clock);
    expect(results(strategy, [failed, failed, failed])).toEqual([false, false, false]);
    clock.jump(86_400_000);
    expect(results(strategy, [failed])).toEqual([true]);
  });

  it('takes a full window for enough when the minimum is larger', () => {
    const strategy = strategyOf({ countWindow: 3, minimumCalls: 100 });
    expect(results(strategy, [failed, failed, failed])).toEqual([false, false, true]);
  });

  it('watches slow attempts beside failures in a row, and their share alone', () => {
    const strategy = strategyOf({ consecutiveFailures: 3, slowCallMs: 500, slowCallRatio: 0.5 });
    expect(results(strategy, [failed, failed, good, good, failed, failed])).toEqual(Array(6).fill(false));
    expect(results(strategy, [slow, slow, slow, slow])).toEqual([false, false, false, false]);
    expect(results(strategy, [slow, slow])).toEqual([false, true]);
  });

  it('calls nothing slow unless told what slow is', () => {
    expect(strategyOf({}).isSlow?.(1e9)).toBe(false);
    expect(strategyOf({ consecutiveFailures: 1 }).isSlow?.(1e9)).toBe(false);
    expect(strategyOf({ consecutiveFailures: 1, slowCallMs: 5 }).isSlow?.(6)).toBe(true);
  });

  it('carries failures in a row and slow attempts over to a strategy with other numbers', () => {
    const before = strategyOf({ consecutiveFailures: 9, slowCallMs: 500 });
    results(before, [slow, slow, slow, failed, failed]);
    const after = strategyOf({ consecutiveFailures: 3, slowCallMs: 400, slowCallRatio: 0.5 });
    after.adopt?.(before);
    expect(results(after, [[false, 401]])).toEqual([true]);
    const row = strategyOf({ consecutiveFailures: 3 });
    row.adopt?.(before);
    expect(results(row, [failed])).toEqual([true]);
    const ratio = strategyOf({});
    ratio.adopt?.(before);
    expect(ratio.atRest).toBe(true);
  });

  it('can be saved and restored', () => {
    const config = { consecutiveFailures: 3, slowCallMs: 500 };
    const saved = strategyOf(config);
    results(saved, [failed, failed]);
    const restored = strategyOf(config);
    restored.state = structuredClone(saved.state);
    expect([restored.atRest, restored.failure(0)]).toEqual([false, true]);
  });
});
