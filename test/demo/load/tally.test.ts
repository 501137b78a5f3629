import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ending, Tally } from '../../../demo/load/tally.ts';
import { histogramQuantile } from '../../../demo/metrics/histogram.ts';

const endings = fc.oneof(
  fc.constantFrom<Ending>('broken', 200, 204, 404, 429, 500, 502, 503),
  fc.integer({ min: 200, max: 599 }),
);

describe('Tally', () => {
  it('counts each ending once', () => {
    fc.assert(
      fc.property(fc.array(endings), (list) => {
        const tally = new Tally();
        for (const ending of list) tally.record(ending, 0.01);
        const { requests, ok, tooMany, unavailable, failed, latency } = tally.read();
        expect(requests).toBe(list.length);
        expect(ok + tooMany + unavailable + failed).toBe(list.length);
        expect(ok).toBe(list.filter((ending) => ending !== 'broken' && ending < 300).length);
        expect(latency.buckets.at(-1)?.cumulative).toBe(ok);
      }),
    );
  });

  it('tells a limit, an outage and a failure apart', () => {
    const tally = new Tally();
    for (const ending of [429, 503, 502, 404, 'broken'] as const) tally.record(ending, 0.01);
    expect(tally.read()).toMatchObject({ requests: 5, ok: 0, tooMany: 1, unavailable: 1, failed: 3 });
  });

  it('knows latencies to 5 %', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.0011, max: 19, noNaN: true }), (seconds) => {
        const tally = new Tally();
        for (let count = 0; count < 3; count += 1) tally.record(200, seconds);
        const estimate = histogramQuantile(1, tally.read().latency);
        expect(estimate / seconds).toBeGreaterThanOrEqual(1 - 1e-9);
        expect(estimate / seconds).toBeLessThan(1.0501);
      }),
    );
  });
});
