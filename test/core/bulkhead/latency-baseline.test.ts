import { describe, expect, it } from 'vitest';
import { LatencyBaseline } from '../../../packages/core/src/bulkhead/latency-baseline.ts';

function baselineOf(latencyMs: number, ceilingMs: number | null = null): LatencyBaseline {
  const baseline = new LatencyBaseline(ceilingMs);
  baseline.seenInUse(latencyMs);
  return baseline;
}

describe('LatencyBaseline', () => {
  it('is slower than anything before anything was seen, and then what was seen first', () => {
    expect(new LatencyBaseline(null).ms).toBe(Number.POSITIVE_INFINITY);
    expect(new LatencyBaseline(150).ms).toBe(150);
    expect(baselineOf(100).ms).toBe(100);
  });

  it('learns nothing from slowness at the limit, which may be its own queue', () => {
    const baseline = baselineOf(100);
    for (let window = 0; window < 1_000; window += 1) baseline.seenInUse(500);
    expect(baseline.ms).toBe(100);
  });

  it('follows a latency that is a little lower slowly, and one that is much lower fast', () => {
    const little = baselineOf(100);
    little.seenInUse(80);
    expect(little.ms).toBe(99);
    const much = baselineOf(1_000);
    much.seenInUse(100);
    expect(much.ms).toBe(550);
  });

  it('believes a probe fast when it is quicker, and slowly when it is slower', () => {
    const baseline = baselineOf(100);
    baseline.probed(50);
    expect(baseline.ms).toBe(75);
    baseline.probed(175);
    expect(baseline.ms).toBe(85);
  });

  it('follows what is seen while the limit is not in use, up and down', () => {
    const baseline = baselineOf(100);
    baseline.seenAtRest(200);
    expect(baseline.ms).toBe(110);
    baseline.seenAtRest(10);
    expect(baseline.ms).toBe(100);
  });

  it('never rises above its ceiling, and falls with it', () => {
    const baseline = baselineOf(500, 150);
    for (let window = 0; window < 100; window += 1) baseline.probed(5_000);
    expect(baseline.ms).toBe(150);
    baseline.setCeiling(120);
    expect(baseline.ms).toBe(120);
  });
});
