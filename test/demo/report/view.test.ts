import { describe, expect, it } from 'vitest';
import { parsePrometheusText } from '../../../demo/metrics/parse.ts';
import { Snapshot } from '../../../demo/metrics/snapshot.ts';
import { overallHealth, renderView, rowsBetween } from '../../../demo/report/view.ts';
import { RUN_METRICS } from '../support/run-metrics.ts';

const NOTHING = new Snapshot([]);
const WHOLE = new Snapshot(parsePrometheusText(RUN_METRICS).samples);

describe('rowsBetween', () => {
  it('gives rates and latencies of the interval', () => {
    const [chat] = rowsBetween(NOTHING, WHOLE, 5);
    expect(chat).toMatchObject({
      operation: 'ai_generate',
      callsPerSecond: 20,
      calls: 100,
      succeeded: 96,
      breaker: 'closed',
    });
    expect(chat?.p50).toBeCloseTo(0.1);
    expect(chat?.p95).toBeCloseTo(0.1 + 0.4 * ((0.95 * 96 - 48) / 48));
  });

  it('leaves out of them what happened before, and keeps the counts since the start', () => {
    const [chat, , search] = rowsBetween(WHOLE, WHOLE, 5);
    expect(chat).toMatchObject({ callsPerSecond: 0, calls: 0, succeeded: 0, p50: Number.NaN, p95: Number.NaN });
    expect(chat?.total).toMatchObject({ retries: 16, saved: 9 });
    expect(search?.total.throttled).toBe(20);
  });
});

describe('overallHealth', () => {
  it('names the status that is 1, and none before the first check', () => {
    expect(overallHealth(WHOLE)).toBe('degraded');
    expect(overallHealth(NOTHING)).toBe('-');
  });
});

describe('renderView', () => {
  it('is one line of health and one row for each operation', () => {
    expect(renderView(rowsBetween(NOTHING, WHOLE, 5), overallHealth(WHOLE), 5.04)).toEqual([
      '5 s   health: degraded',
      'operation   calls/s    ok    p50    p95 breaker retried throttled rejected',
      'ai_generate    20.0 96.0% 100 ms 460 ms  closed      16         0        0',
      'embed           0.0     -      -      -       -       0         0        0',
      'search         14.0 71.4%      -      -       -       0        20        0',
      'inventory      10.0 60.0%      -      -    open       0         0       15',
    ]);
  });
});
