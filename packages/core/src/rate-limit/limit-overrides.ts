import type { RateLimitConfig } from '../config/types.ts';
import type { CallKey } from './call-key.ts';

/** Limits that replace that of an operation, by key or key prefix ending at a `:`. */
export type LimitOverrides = ReadonlyMap<string, RateLimitConfig>;

/**
 * Which override a key has: its own, else that of its longest prefix ending at a `:`. A key of several parts has the override of any of
 * them; a limit by one part looks at that part only. Undefined when it has none.
 */
export function overrideName(
  overrides: LimitOverrides,
  by: string,
  asked: CallKey | undefined,
  key: string,
): string | undefined {
  if (overrides.size === 0 || by === 'global') return undefined;
  if (by !== 'key') return longestPrefix(overrides, `${by}:${key}`);
  const own = longestPrefix(overrides, key);
  if (own !== undefined || asked === undefined || typeof asked === 'string') return own;
  for (const [part, value] of Object.entries(asked)) {
    const name = longestPrefix(overrides, `${part}:${value}`);
    if (name !== undefined) return name;
  }
  return undefined;
}

function longestPrefix(overrides: LimitOverrides, key: string): string | undefined {
  for (let end = key.length; end > 0; end = key.lastIndexOf(':', end - 1)) {
    const name = end === key.length ? key : key.slice(0, end);
    if (overrides.has(name)) return name;
  }
  return undefined;
}
