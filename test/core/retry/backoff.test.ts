import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffDelayMs } from '../../../packages/core/src/retry/backoff.ts';

const policy = { maxAttempts: 5, baseDelayMs: 100, maxDelayMs: 1_000, exponentialBase: 2 };
const kinds = ['none', 'original', 'full', 'decorrelated'] as const;

describe('backoffDelayMs', () => {
  it('doubles from the base to the maximum', () => {
    const delays = [1, 2, 3, 4, 5, 2_000].map((attempt) => backoffDelayMs(attempt, { ...policy, jitter: 'none' }));
    expect(delays).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it.each([
    ['original', 0, 50],
    ['original', 0.999_999, 150],
    ['full', 0, 0],
    ['full', 0.5, 50],
    ['decorrelated', 0, 100],
    ['decorrelated', 0.5, 350],
  ] as const)('spreads by %s jitter: a draw of %d gives %d ms', (jitter, draw, expected) => {
    expect(backoffDelayMs(1, { ...policy, jitter }, () => draw, 200)).toBeCloseTo(expected, 2);
  });

  it('spreads the first wait of decorrelated jitter too', () => {
    const first = (draw: number) => backoffDelayMs(1, { ...policy, jitter: 'decorrelated' }, () => draw);
    expect([first(0), first(0.5)]).toEqual([100, 200]);
  });

  it('never leaves 0 to the maximum, whatever is drawn', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.integer({ min: 1, max: 5_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 0, max: 1_000 }),
        fc.integer({ min: 0, max: 100_000 }),
        (jitter, attempt, draw, baseDelayMs, previous) => {
          const delay = backoffDelayMs(attempt, { ...policy, baseDelayMs, jitter }, () => draw, previous);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(policy.maxDelayMs);
        },
      ),
    );
  });
});
