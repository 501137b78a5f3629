import type { Random } from '../retry/backoff.ts';

/** Mulberry32: small, fast, and good enough for arrivals, latencies and jitter. The same seed gives the same numbers. */
function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A stream of its own for each named part (FNV-1a of the names), so that the draws of one never shift those of another. */
export function streamOf(...parts: readonly (string | number)[]): Random {
  let hash = 0x811c9dc5;
  for (const character of parts.join('\u0000')) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return seededRandom(hash);
}

/** A draw from the standard normal distribution (Box and Muller, 1958). */
export function normal(random: Random): number {
  // 1 − u is never 0, of which there is no logarithm.
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
