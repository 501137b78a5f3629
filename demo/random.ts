import type { Random } from '@crossbridge/core';

/** A number from `low` to `high`, evenly spread. */
export function between(random: Random, low: number, high: number): number {
  return low + random() * (high - low);
}

/** One of `items`, evenly. Throws a RangeError when there is none. */
export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('pick needs at least one item');
  return item;
}
