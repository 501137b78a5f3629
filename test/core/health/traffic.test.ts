import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { harmlessTraffic, TrafficWatch } from '../../../packages/core/src/health/traffic.ts';

const NOW_MS = 100_000;

/** What a watch sees of calls and failures that were added between two looks. */
function look(calls: number, failures: number) {
  const watch = new TrafficWatch();
  watch.look('embed', { calls: 1_000, failures: 500, sinceMs: 0 }, NOW_MS, 1_000);
  return watch.look('embed', { calls: 1_000 + calls, failures: 500 + failures, sinceMs: 0 }, NOW_MS + 1_000, 1_000);
}

const statusOf = (calls: number, failures: number) => look(calls, failures)?.result.status;

describe('TrafficWatch', () => {
  it('judges by the share of calls that failed since the last look', () => {
    expect(statusOf(40, 0)).toBe('healthy');
    expect(statusOf(40, 3)).toBe('healthy');
    expect(statusOf(40, 4)).toBe('degraded');
    expect(statusOf(40, 19)).toBe('degraded');
    expect(statusOf(40, 20)).toBe('unhealthy');
    expect(statusOf(40, 40)).toBe('unhealthy');
  });

  it('tells what it judged by', () => {
    expect(look(40, 3)).toMatchObject({
      source: 'calls',
      timedOut: false,
      durationMs: 0,
      result: { message: '3 of 40 calls failed', details: { operation: 'embed', calls: 40, failures: 3 } },
    });
    expect(look(2, 0)?.result.message).toBe('2 calls, none failed');
  });

  it('says nothing of no calls, nor of a few that failed', () => {
    expect(statusOf(0, 0)).toBeUndefined();
    expect(statusOf(4, 4)).toBeUndefined();
    expect(statusOf(4, 1)).toBeUndefined();
    expect(statusOf(1, 0)).toBe('healthy');
    expect(statusOf(5, 5)).toBe('unhealthy');
  });

  it('says nothing at the first look unless the totals began within the interval', () => {
    const totals = { calls: 10, failures: 10, sinceMs: NOW_MS - 2_000 };
    expect(new TrafficWatch().look('embed', totals, NOW_MS, 1_000)).toBeUndefined();
    expect(new TrafficWatch().look('embed', totals, NOW_MS, 3_000)?.result.status).toBe('unhealthy');
  });

  it('starts anew when the totals did', () => {
    const watch = new TrafficWatch();
    watch.look('embed', { calls: 1_000, failures: 0, sinceMs: 0 }, NOW_MS, 1_000);
    const anew = { calls: 8, failures: 8, sinceMs: NOW_MS + 500 };
    expect(watch.look('embed', anew, NOW_MS + 1_000, 1_000)?.result.details).toMatchObject({ calls: 8, failures: 8 });
    expect(watch.look('embed', undefined, NOW_MS + 2_000, 1_000)).toBeUndefined();
  });

  it('takes totals that go on counting in the same object', () => {
    const live = { calls: 10, failures: 0, sinceMs: 0 };
    const watch = new TrafficWatch();
    watch.look('embed', live, NOW_MS, 1_000);
    live.calls += 8;
    live.failures += 8;
    expect(watch.look('embed', live, NOW_MS + 1_000, 1_000)?.result.message).toBe('8 of 8 calls failed');
    expect(watch.look('embed', live, NOW_MS + 2_000, 1_000)).toBeUndefined();
  });

  it('gathers failures that are too few to judge by over three intervals, and no longer', () => {
    const watch = new TrafficWatch();
    const totals = { calls: 0, failures: 0, sinceMs: 0 };
    const looked = (intervals: number, failed: number) => {
      totals.calls += failed;
      totals.failures += failed;
      return watch.look('embed', totals, NOW_MS + intervals * 1_000, 1_000)?.result.message;
    };
    const seen = [
      looked(0, 0),
      looked(1, 2),
      looked(2, 2),
      looked(3, 2),
      looked(4, 1),
      looked(5, 1),
      looked(6, 1),
      looked(7, 4),
    ];
    // The three of intervals 4 to 6 are history at the seventh, when four more do not suffice.
    const nothing = undefined;
    expect(seen).toEqual([nothing, nothing, nothing, '6 of 6 calls failed', nothing, nothing, nothing, nothing]);
  });

  it('gathers nothing across totals that began anew', () => {
    const watch = new TrafficWatch();
    const looked = (atMs: number, calls: number, failures: number, sinceMs: number) =>
      watch.look('embed', { calls, failures, sinceMs }, NOW_MS + atMs, 1_000)?.result.message;
    looked(0, 100, 0, 0);
    looked(1_000, 102, 2, 0);
    expect(looked(2_000, 3, 3, NOW_MS + 1_500)).toBeUndefined();
    expect(looked(3_000, 6, 6, NOW_MS + 1_500)).toBe('6 of 6 calls failed');
  });

  it('never judges better for more failures', () => {
    const order = ['healthy', 'degraded', 'unhealthy'];
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 1_000 }), fc.nat(), (calls, seed) => {
        const failures = seed % calls;
        const rank = (count: number): number => order.indexOf(statusOf(calls, count) as string);
        expect(rank(failures)).toBeGreaterThanOrEqual(0);
        expect(rank(failures + 1)).toBeGreaterThanOrEqual(rank(failures));
      }),
    );
  });
});

describe('harmlessTraffic', () => {
  it('takes a source that throws for one that knows nothing', () => {
    const source = harmlessTraffic(() => {
      throw new Error('no');
    });
    expect(source('embed')).toBeUndefined();
  });
});
