/**
 * For whom a call is made: a name (`user:123`), or several by what they are (`{ user: '123', org: 'acme' }`), for limits that have
 * a bucket for each user, each organisation and so on.
 */
export type CallKey = string | Readonly<Record<string, string>>;

/** The bucket of calls that name nobody. */
const NOBODY = 'default';
const GLOBAL = 'global';

/**
 * Which bucket a call uses under a limit: the whole key, one part of it, or the one of all. A key given as a name has the part that it
 * starts with: `user:123` has the part `user`.
 */
export function bucketKey(key: CallKey | undefined, by: string): string {
  if (by === GLOBAL) return GLOBAL;
  if (key === undefined) return NOBODY;
  if (by === 'key') return typeof key === 'string' ? key : shownKey(key);
  if (typeof key !== 'string') return Object.hasOwn(key, by) ? (key[by] as string) : NOBODY;
  return key.startsWith(by) && key[by.length] === ':' ? key.slice(by.length + 1) : NOBODY;
}

/** The bucket of a limit, for people: `by:key` where the limit is by a part of the keys. */
export function shownBucket(by: string, key: string): string {
  return by === 'key' || by === GLOBAL ? key : `${by}:${key}`;
}

/** A key as one string, the same for the same parts in any order, and different for different parts. */
export function shownKey(key: CallKey): string {
  if (typeof key === 'string') return key;
  return Object.keys(key)
    .sort()
    .map((part) => `${escaped(part)}:${escaped(key[part] as string)}`)
    .join('/');
}

function escaped(text: string): string {
  return /[%/:]/.test(text) ? text.replace(/[%/:]/g, encodeURIComponent) : text;
}
