import { describe, expect, it } from 'vitest';
import { bucketMsFor } from '../../../packages/core/src/simulate/series.ts';
import { simulate } from '../../../packages/core/src/simulate/simulate.ts';
import { sparkline } from '../../../packages/core/src/simulate/sparkline.ts';
import { simulationText } from '../../../packages/core/src/simulate/text.ts';
import { plainRetry } from '../../support/bridges.ts';
import { at, everyTenth } from './simulate-one.ts';

describe('the text of a simulation', () => {
  it('tells what happened to calls, what each policy did, and when', async () => {
    const report = await simulate(
      {
        operations: {
          quote: {
            rateLimits: [{ by: 'user', capacity: 10, windowSeconds: 10, mode: 'shadow' }],
            retry: plainRetry,
            circuitBreaker: { consecutiveFailures: 4, openForMs: 2_000, halfOpenProbes: 1, per: 'target' },
            timeout: { attemptMs: 500 },
          },
        },
      },
      [
        {
          operation: 'quote',
          traffic: everyTenth(100),
          targets: {
            eu: { latencyMs: 20 },
            us: { latencyMs: 90, failures: [{ fromSeconds: 2, toSeconds: 4, status: 503 }] },
          },
        },
      ],
      { points: 10 },
    );
    expect(simulationText(report)).toMatchInlineSnapshot(`
      "100 calls in 10 s of virtual time, seed 1

      quote
        calls       100: 83 success, 3 error, 14 rejected
        attempts    88, 1.02 per admitted call: 2 retried
        errors      3 × 503, 14 × circuit_open
        latency         p50 ms    p90 ms    p99 ms
          total           20.0      90.0     480.0
          attempt         20.0      90.0     180.0
          backoff          0.0       0.0     300.0
        limit       quote.user: (shadow) 19 admitted, 81 throttled
        breaker     15 refused, open for 2 s: open at 2.9 s (us), half_open at 4.9 s (us), closed at 5 s (us)
        retry       3 retried, 2 circuit_open
        timeout     never
        target eu
          calls       46: 46 success
          attempts    46, 1.00 per admitted call
          latency     p50 20.0 ms, p90 20.0 ms, p99 20.0 ms
          upstream    at most 1 at once, 0 waiting
        target us
          calls       54: 37 success, 3 error, 14 rejected
          attempts    42, 1.05 per admitted call: 2 retried
          errors      3 × 503, 14 × circuit_open
          latency     p50 90.0 ms, p90 90.0 ms, p99 480.0 ms
          breaker     open for 2 s
          upstream    at most 2 at once, 0 waiting
        every 1 s; the number is that of the highest bar
        calls       ██████████ 10
        attempts    ▇▇█▃▄▇▇▇▇▇ 12
        failed      ▁▁▄█▇▁▁▁▁▁ 8
        p99 ms      ▃▃█▂▃▃▃▃▃▃ 480
      "
    `);
  });

  it('leaves out what did not happen', async () => {
    const report = await simulate({ operations: { op: { bulkhead: { limit: 1 }, hedge: { delayMs: 100 } } } }, [
      { operation: 'op', traffic: at(), upstream: { latencyMs: 1 } },
    ]);
    expect(simulationText(report)).toMatchInlineSnapshot(`
      "0 calls in 0 s of virtual time, seed 1

      op
        calls       0
        attempts    0
        bulkhead    nobody waited
        hedge       nothing took long
        upstream    at most 0 at once, 0 waiting
        every 0.001 s; the number is that of the highest bar
        calls       ▁ 0
        attempts    ▁ 0
        failed      ▁ 0
        p99 ms        0
      "
    `);
  });
});

describe('a sparkline', () => {
  it('shows the greatest number as the highest bar, and gaps', () => {
    expect(sparkline([0, 1, 4, 7, null])).toBe('▁▂▅█  7');
    expect(sparkline([0, 0])).toBe('▁▁ 0');
    expect(sparkline([1_234.5])).toBe('█ 1,235');
  });
});

describe('the width of a step', () => {
  it('is 1, 2 or 5 times a power of ten, and the shortest with which there are not too many', () => {
    expect(bucketMsFor(0, 1)).toBe(1);
    expect(bucketMsFor(59, 60)).toBe(1);
    expect(bucketMsFor(60, 60)).toBe(2);
    expect(bucketMsFor(60_000, 60)).toBe(2_000);
    expect(bucketMsFor(59_999, 60)).toBe(1_000);
    expect(bucketMsFor(86_400_000, 1)).toBe(100_000_000);
  });
});
