import { isMap, isPair, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';

/** One key of a map, as its reader sees it: merge keys are merged. */
export interface MapEntry {
  readonly key: string;
  readonly keyOffset: number;
  readonly value: unknown;
  /** Whether it came from another map through `<<`. */
  readonly merged: boolean;
  /** Why the key cannot be used. */
  readonly fault?: string | undefined;
}

/** Follows an alias. */
export type Resolve = (node: unknown) => unknown;

const MERGE_KEY = '<<';
const TWICE = 'this key stands twice in the same map; remove one of the two';

/**
 * The keys of a map, those that `<<` merges into it last, each once (a second one has a fault): a key of the map itself wins over a merged one,
 * an earlier merged map over a later one. `known` holds the maps already done, so that merges of merges stay cheap.
 */
export function mapEntries(map: unknown, resolve: Resolve, known: Map<unknown, MapEntry[]>): readonly MapEntry[] {
  if (!isMap(map)) return [];
  const before = known.get(map);
  if (before !== undefined) return before;
  // A map that merges itself adds nothing to itself.
  known.set(map, []);
  const entries = new Map<string, MapEntry>();
  const merged: MapEntry[] = [];
  const repeated: MapEntry[] = [];
  for (const pair of map.items) {
    if (!isPair(pair)) continue;
    if (isMergeKey(pair)) merged.push(...mergedEntries(pair, resolve, known));
    else {
      const entry = entryOf(pair);
      if (!entries.has(entry.key)) entries.set(entry.key, entry);
      else repeated.push({ ...entry, fault: TWICE });
    }
  }
  for (const entry of merged) if (!entries.has(entry.key)) entries.set(entry.key, { ...entry, merged: true });
  const result = [...entries.values(), ...repeated];
  known.set(map, result);
  return result;
}

function mergedEntries(pair: Pair, resolve: Resolve, known: Map<unknown, MapEntry[]>): MapEntry[] {
  const source = resolve(pair.value);
  const maps = isSeq(source) ? source.items.map((item) => resolve(item)) : [source];
  const keyOffset = (pair.key as Scalar).range?.[0] ?? 0;
  const fault = '"<<" merges maps only: give it a map or an alias of one';
  return maps.flatMap((map) =>
    isMap(map) ? mapEntries(map, resolve, known) : [{ key: MERGE_KEY, keyOffset, value: null, merged: true, fault }],
  );
}

function isMergeKey(pair: Pair): boolean {
  const { key } = pair;
  if (!isScalar(key) || (key.type !== undefined && key.type !== 'PLAIN')) return false;
  return key.value === MERGE_KEY || (typeof key.value === 'symbol' && key.value.description === MERGE_KEY);
}

function entryOf(pair: Pair): MapEntry {
  const key = pair.key as Node | null;
  const keyOffset = key?.range?.[0] ?? (pair.value as Node | null)?.range?.[0] ?? 0;
  if (!isScalar(key)) return { key: '?', keyOffset, value: null, merged: false, fault: 'a key must be a simple text' };
  const name = key.value === null ? '' : String(key.value);
  const fault = name === '__proto__' ? '"__proto__" cannot be a key' : undefined;
  return { key: name, keyOffset, value: pair.value, merged: false, fault };
}
