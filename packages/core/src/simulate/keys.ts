import type { CallKey } from '../rate-limit/call-key.ts';
import type { Random } from '../retry/backoff.ts';
import { streamOf } from './random.ts';
import { chooser, zipfWeights } from './weighted.ts';

/** So many keys that are alike but for their share of the calls. */
export interface KeyPopulation {
  /** How many, up to a million: `<prefix>0` has the most calls, then come `<prefix>1`, `<prefix>2` … */
  readonly count: number;
  /** Zipf exponent: key number k (from 1) makes calls in proportion to 1/k^zipf. About 1 is usual of users. Default 0: all alike. */
  readonly zipf?: number | undefined;
  /** Default `key:`; nothing for a part. */
  readonly prefix?: string | undefined;
}

/** A key and its share of the calls, beside those of the others. An entry without a weight has 1. */
export type WeightedKey<K> = K | { readonly key: K; readonly weight: number };

/** One part of keys that have several: the user, or the organisation. A number is the `count` of a population. */
export type KeyPart =
  | number
  | readonly WeightedKey<string>[]
  | (KeyPopulation & {
      /** The part, listed before, that decides this one: a user is always of the same organisation, whoever else is of it. */
      readonly of?: string | undefined;
    });

/**
 * For whom calls are made.
 *
 * - `1_000`, or `{ count: 1_000, zipf: 1.1, prefix: 'user:' }`: a population;
 * - `['user:1', { key: { user: '2', org: 'acme' }, weight: 5 }]`: these keys, in the forms that `bridge.run` takes;
 * - `{ parts: { user: { count: 1_000, zipf: 1 }, org: { count: 20, of: 'user' } } }`: keys of several parts, for limits by one of them.
 */
export type Keys =
  | number
  | KeyPopulation
  | readonly WeightedKey<CallKey>[]
  | { readonly parts: Readonly<Record<string, KeyPart>> };

/** Draws the keys of calls, one after another. */
export function keySource(keys: Keys | undefined, ...stream: readonly (string | number)[]): () => CallKey | undefined {
  const random = streamOf(...stream);
  if (keys === undefined) return () => undefined;
  if (typeof keys === 'object' && 'parts' in keys) return partsSource(keys.parts, random, stream);
  const one = typeof keys === 'object' && 'length' in keys ? listed(keys) : population(keys, 'key:');
  return () => one(random());
}

function partsSource(
  parts: Readonly<Record<string, KeyPart>>,
  random: Random,
  stream: readonly (string | number)[],
): () => CallKey {
  const sources = Object.entries(parts).map(([name, part]) => ({
    name,
    of: typeof part === 'object' && 'of' in part ? part.of : undefined,
    one: typeof part === 'object' && 'length' in part ? listed(part) : population(part, ''),
  }));
  return () => {
    const key: Record<string, string> = {};
    for (const { name, of, one } of sources) {
      const owner = of === undefined ? undefined : key[of];
      key[name] = one(owner === undefined ? random() : streamOf(...stream, name, owner)());
    }
    return key;
  };
}

function listed<K extends CallKey>(keys: readonly WeightedKey<K>[]): (draw: number) => K {
  const entries = keys.map((entry) => (isWeighted(entry) ? entry : { key: entry, weight: 1 }));
  const choose = chooser(entries.map(({ weight }) => weight));
  return (draw) => (entries[choose(draw)] as { key: K }).key;
}

function population(keys: number | KeyPopulation, defaultPrefix: string): (draw: number) => string {
  const { count, zipf = 0, prefix = defaultPrefix } = typeof keys === 'number' ? { count: keys } : keys;
  if (zipf === 0) return (draw) => `${prefix}${Math.floor(draw * count)}`;
  const choose = chooser(zipfWeights(count, zipf));
  return (draw) => `${prefix}${choose(draw)}`;
}

/** The parts of a key are strings, so a weight tells the two apart. */
export function isWeighted<K>(entry: WeightedKey<K>): entry is { readonly key: K; readonly weight: number } {
  return typeof entry === 'object' && entry !== null && 'weight' in entry && typeof entry.weight === 'number';
}
