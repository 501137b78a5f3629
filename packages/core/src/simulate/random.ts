import type { Random } from '../retry/backoff.ts';

/**
 * A source of numbers from 0 (included) to 1 (excluded), the same ones for the same seed: for jitter that a test can repeat, faults, arrivals.
 * Not for secrets.
 *
 * Mulberry32 (Tommy Ettinger): small and fast, with a period of about four billion.
 *
 * @param seed any number; of its whole part the lowest 32 bits count
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A seed of its own for each named part (FNV-1a of the names), so that the draws of one part never shift those of another. */
export function seedOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of parts.join('\u0000')) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash >>> 0;
}

export function streamOf(...parts: readonly (string | number)[]): Random {
  return seededRandom(seedOf(...parts));
}

/** A draw from the standard normal distribution (Box and Muller, 1958). */
export function normal(random: Random): number {
  // 1 − u is never 0, of which there is no logarithm.
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
