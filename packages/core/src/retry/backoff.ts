import type { RetryPolicyConfig } from '../config/types.ts';

/** A source of numbers in [0, 1). Injected, so that every jittered delay can be tested. */
export type Random = () => number;

/**
 * Milliseconds to wait after attempt `attempt` (1 for the first) failed. Never above `maxDelayMs`, jitter included.
 *
 * - `none`: min(base × exponentialBase^(attempt − 1), max)
 * - `original`: that × a factor in [0.5, 1.5)
 * - `full`: that × a factor in [0, 1)
 * - `decorrelated`: between base and 3 × the previous delay, of which the first is taken to be the base
 *
 * The last two are those of "Exponential Backoff and Jitter" (Marc Brooker, AWS Architecture Blog, 2015).
 */
export function backoffDelayMs(
  attempt: number,
  policy: RetryPolicyConfig,
  random: Random = Math.random,
  previousDelayMs = 0,
): number {
  const { baseDelayMs, maxDelayMs, exponentialBase, jitter } = policy;
  // An exponent that overflows gives Infinity, which the cap turns into the maximum; 0 × Infinity would be NaN.
  const plain = baseDelayMs === 0 ? 0 : Math.min(baseDelayMs * exponentialBase ** (attempt - 1), maxDelayMs);
  switch (jitter) {
    case 'none':
      return plain;
    case 'original':
      return Math.min(plain * (0.5 + random()), maxDelayMs);
    case 'full':
      return plain * random();
    case 'decorrelated': {
      // Without a previous delay every client would wait exactly the base, all at once.
      const upper = Math.max(baseDelayMs, previousDelayMs) * 3;
      return Math.min(baseDelayMs + random() * (upper - baseDelayMs), maxDelayMs);
    }
  }
}
