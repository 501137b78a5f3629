import type { Random } from '../retry/backoff.ts';
import { normal } from './random.ts';

/**
 * A number that varies: always the same; anything from `min` to `max` alike; or log-normal (most are small, a few are large) with that
 * median and 99th percentile.
 */
export type Distribution =
  | number
  | { readonly min: number; readonly max: number }
  | { readonly p50: number; readonly p99: number };

/** The 99th percentile of the standard normal distribution. */
const Z99 = 2.3263478740408408;

export function draw(distribution: Distribution, random: Random): number {
  if (typeof distribution === 'number') return distribution;
  if ('min' in distribution) return distribution.min + (distribution.max - distribution.min) * random();
  const { p50, p99 } = distribution;
  return p50 * Math.exp((Math.log(p99 / p50) / Z99) * normal(random));
}
