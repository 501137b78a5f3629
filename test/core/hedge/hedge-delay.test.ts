import type { HedgeConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { HedgeDelay } from '../../../packages/core/src/hedge/hedge-delay.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function hedgeDelay(config: Partial<HedgeConfig>): { delay: HedgeDelay; clock: VirtualClock } {
  const clock = new VirtualClock();
  return { delay: new HedgeDelay(hedge(config), clock), clock };
}

function hedge(config: Partial<HedgeConfig>): HedgeConfig {
  return { delayMs: null, quantile: null, maxHedges: 1, mode: 'enforce', ...config };
}

/** 1 ms, 2 ms … `count` ms. */
function ramp(delay: HedgeDelay, count: number): void {
  for (let ms = 1; ms <= count; ms += 1) delay.record(ms);
}

describe('HedgeDelay', () => {
  it('waits the fixed time, whatever attempts take', () => {
    const { delay } = hedgeDelay({ delayMs: 80 });
    ramp(delay, 1_000);
    expect(delay.delayMs).toBe(80);
  });

  it('lets no hedge be made without a delay or a quantile', () => {
    expect(hedgeDelay({}).delay.delayMs).toBeUndefined();
  });

  it.each([
    [0.5, 20],
    [0.95, 100],
    [0.99, 500],
  ])('finds the quantile %f once it has seen %i attempts', (quantile, samples) => {
    const { delay } = hedgeDelay({ quantile });
    ramp(delay, samples - 1);
    expect(delay.delayMs).toBeUndefined();
    delay.record(samples);
    const truth = samples * quantile;
    expect(Math.abs((delay.delayMs ?? 0) - truth) / truth).toBeLessThanOrEqual(0.02);
  });

  it('waits the fixed time until the quantile is known, where both are set', () => {
    const { delay } = hedgeDelay({ quantile: 0.5, delayMs: 80 });
    expect(delay.delayMs).toBe(80);
    ramp(delay, 1_000);
    expect(Math.round((delay.delayMs ?? 0) / 25)).toBe(20);
  });

  it('forgets attempts of more than five minutes ago', () => {
    const { delay, clock } = hedgeDelay({ quantile: 0.5 });
    for (let call = 0; call < 100; call += 1) delay.record(1_000);
    clock.jump(200_000);
    for (let call = 0; call < 30; call += 1) delay.record(10);
    expect(delay.delayMs).toBeGreaterThan(950);
    clock.jump(100_000);
    expect(delay.delayMs).toBeLessThan(11);
    clock.jump(300_000);
    expect(delay.delayMs).toBeUndefined();
  });

  it('keeps what it knows when the quantile changes, and starts anew after it was off', () => {
    const { delay } = hedgeDelay({ quantile: 0.5 });
    ramp(delay, 1_000);
    delay.configure(hedge({ quantile: 0.9 }));
    expect(Math.abs((delay.delayMs ?? 0) - 900)).toBeLessThanOrEqual(18);
    delay.configure(hedge({ delayMs: 7 }));
    delay.configure(hedge({ quantile: 0.9 }));
    expect(delay.delayMs).toBeUndefined();
  });

  it('learns nothing from an attempt that was cut sooner than the delay, and from one cut later that it took longer', () => {
    const { delay } = hedgeDelay({ quantile: 0.5 });
    ramp(delay, 1_000);
    const before = delay.delayMs ?? 0;
    for (let attempt = 0; attempt < 1_000; attempt += 1) delay.record(before / 2, true);
    expect(delay.delayMs).toBe(before);
    for (let attempt = 0; attempt < 100; attempt += 1) delay.record(before * 2, true);
    expect(delay.delayMs).toBeGreaterThan(before);
  });

  it('stays where it belongs when attempts are cut by the hedges that it starts', () => {
    const { delay } = hedgeDelay({ quantile: 0.9 });
    let hedges = 0;
    for (let call = 1; call <= 10_000; call += 1) {
      const [first, second] = durations(call);
      const delayMs = delay.delayMs ?? Number.POSITIVE_INFINITY;
      if (first <= delayMs) {
        delay.record(first);
        continue;
      }
      hedges += 1;
      const endMs = Math.min(first, delayMs + second);
      delay.record(endMs, endMs < first);
      delay.record(endMs - delayMs, first <= delayMs + second);
    }
    // Nine of ten draws from the exponential distribution with mean 100 are below 230.
    expect(delay.delayMs).toBeGreaterThan(215);
    expect(delay.delayMs).toBeLessThan(245);
    expect(hedges / 10_000).toBeGreaterThan(0.08);
    expect(hedges / 10_000).toBeLessThan(0.12);
  });
});

/** The n-th pair of an even spread over the plane (the R2 sequence), drawn from the exponential distribution with mean 100. */
function durations(n: number): [number, number] {
  const draw = (step: number): number => -100 * Math.log(1 - ((n * step) % 1));
  return [draw(0.7548776662466927), draw(0.5698402909980532)];
}
