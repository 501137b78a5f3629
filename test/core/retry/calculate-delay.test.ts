import { InvalidArgumentError } from '@crossbridge/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calculateDelay } from '../../../packages/core/src/retry/calculate-delay.ts';
import { RetryPolicy } from '../../../packages/core/src/retry/policy.ts';

describe('calculateDelay', () => {
  it('grows from the base by the exponent up to the maximum', () => {
    const policy = new RetryPolicy({ baseDelayMs: 2_000, maxDelayMs: 30_000, exponentialBase: 3, jitter: false });
    expect([1, 2, 3, 4].map((attempt) => calculateDelay(attempt, policy))).toEqual([2_000, 6_000, 18_000, 30_000]);
  });

  it('fills fields that are left out with the defaults', () => {
    expect(calculateDelay(2, { jitter: 'none' })).toBe(1_000);
    expect(calculateDelay(1, {}, () => 0)).toBe(250);
    expect(calculateDelay(1, undefined, () => 0.5)).toBe(500);
  });

  it('spreads the first wait of decorrelated jitter over one to three times the base', () => {
    const policy = { baseDelayMs: 100, jitter: 'decorrelated' } as const;
    expect([0, 0.5, 0.99].map((draw) => calculateDelay(1, policy, () => draw))).toEqual([100, 200, 298]);
  });

  it('stays within 0 and the maximum after jitter, for attempts however large', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('original', 'full', 'decorrelated', 'none'),
        fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        fc.integer({ min: 0, max: 10_000 }),
        fc.integer({ min: 0, max: 100_000 }),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (jitter, attempt, baseDelayMs, more, exponentialBase, draw) => {
          const maxDelayMs = baseDelayMs + more;
          const delay = calculateDelay(attempt, { baseDelayMs, maxDelayMs, exponentialBase, jitter }, () => draw);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(maxDelayMs);
        },
      ),
    );
  });

  it('keeps within half and one and a half times the plain delay with the original jitter', () => {
    const attempts = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(attempts, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, draw) => {
        const plain = 100 * 2 ** (attempt - 1);
        const delay = calculateDelay(attempt, { baseDelayMs: 100, maxDelayMs: 1e6 }, () => draw);
        expect(delay).toBeGreaterThanOrEqual(plain * 0.5);
        expect(delay).toBeLessThanOrEqual(plain * 1.5);
      }),
    );
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses attempt %d', (attempt) => {
    expect(() => calculateDelay(attempt)).toThrow(InvalidArgumentError);
  });
});
