import type { Check, Range } from './check.ts';
import { isWeighted, type KeyPopulation } from './keys.ts';
import type { Callers } from './workload.ts';

const MAX_KEYS = 1_000_000;

export const CALLERS_FIELDS: readonly (keyof Callers)[] = ['keys', 'cost', 'deadlineMs', 'patienceMs', 'idempotent'];

export function checkCallers(check: Check, { keys, cost, deadlineMs, patienceMs, idempotent }: Callers): void {
  if (keys !== undefined) checkKeys(check.at('keys'), keys);
  if (cost !== undefined) checkDistribution(check.at('cost'), cost, { min: 0 });
  check.at('deadlineMs').optionalNumber(deadlineMs, { min: 0 });
  if (patienceMs !== undefined) checkDistribution(check.at('patienceMs'), patienceMs, { min: 0 });
  check.at('idempotent').optional(idempotent, 'boolean');
}

export function checkDistribution(check: Check, value: unknown, range: Range): void {
  if (typeof value !== 'object' || value === null) {
    check.number(value, range);
    return;
  }
  const [low, high] = 'min' in value || 'max' in value ? ['min', 'max'] : ['p50', 'p99'];
  if (!check.object<Record<string, unknown>>(value, [low, high] as string[])) return;
  const first = value[low as string];
  // There is no logarithm of 0.
  const fits = check.at(low as string).number(first, low === 'p50' ? { above: 0 } : range);
  if (fits) check.at(high as string).number(value[high as string], { min: first as number });
}

function checkKeys(check: Check, keys: unknown): void {
  if (typeof keys !== 'object' || keys === null || !('parts' in keys)) {
    checkPart(check, keys, isKey, 'a key (a string, or an object of strings)', []);
    return;
  }
  const { parts } = keys;
  if (!check.object(keys, ['parts'])) return;
  if (typeof parts !== 'object' || parts === null || Object.keys(parts).length === 0) {
    check.at('parts').fail(parts, 'an object with at least one part');
    return;
  }
  Object.entries(parts).forEach(([name, part], index, all) => {
    const before = all.slice(0, index).map(([other]) => other);
    checkPart(check.at('parts').at(name), part, isString, 'a string', ['of']);
    const of = typeof part === 'object' && part !== null && 'of' in part ? part.of : undefined;
    if (of === undefined || before.includes(of)) return;
    const expected = before.length === 0 ? 'left out in the first part' : `a part listed before: ${before.join(', ')}`;
    check.at('parts').at(name).at('of').fail(of, expected);
  });
}

function checkPart(
  check: Check,
  value: unknown,
  fits: (key: unknown) => boolean,
  kind: string,
  more: readonly string[],
): void {
  const count = { min: 1, max: MAX_KEYS, whole: true };
  if (typeof value === 'number') check.number(value, count);
  else if (Array.isArray(value)) checkList(check, value, fits, kind);
  else if (check.object<KeyPopulation>(value, ['count', 'zipf', 'prefix', ...more])) {
    check.at('count').number(value.count, count);
    check.at('zipf').optionalNumber(value.zipf, { min: 0, max: 10 });
    check.at('prefix').optional(value.prefix, 'string');
  }
}

function checkList(check: Check, list: readonly unknown[], fits: (key: unknown) => boolean, kind: string): void {
  if (!check.list(list, 'key')) return;
  let total = 0;
  list.forEach((entry, index) => {
    const weighted = isWeighted(entry);
    const key = weighted ? entry.key : entry;
    if (!fits(key)) check.at(index).fail(key, `${kind}, or { key, weight }`);
    if (!weighted) total += 1;
    else if (check.at(index).at('weight').number(entry.weight, { min: 0 })) total += entry.weight;
  });
  if (total === 0) check.fail(list, 'a list in which not every weight is 0');
}

function isKey(key: unknown): boolean {
  if (isString(key)) return true;
  return typeof key === 'object' && key !== null && !Array.isArray(key) && Object.values(key).every(isString);
}

function isString(value: unknown): boolean {
  return typeof value === 'string';
}
