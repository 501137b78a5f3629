import { createHash } from 'node:crypto';

/** Longer keys are kept as hashes: the store's memory is not for callers to fill. */
const LONGEST_KEY = 64;

/**
 * The name of a bucket in the store. Of what stands in braces a cluster makes out the server: buckets of one group are all on one, so that
 * one decision may be about several of them; without a group they are spread over all servers.
 */
export function storeKeyOf(prefix: string, limit: string, group: string | undefined, key: string): string {
  const asIs = key.length <= LONGEST_KEY && !key.startsWith('#');
  const short = asIs ? key : `#${createHash('sha256').update(key).digest('base64url').slice(0, 22)}`;
  const name = nameOf(limit);
  return group === undefined ? `${prefix}{${name}:${short}}` : `${prefix}{${group}}${name}:${short}`;
}

/** Without colons: the first one ends the limit's name, or limit `a:b` and key `c` would share a bucket with `a` and `b:c`. */
function nameOf(limit: string): string {
  return /[%:]/.test(limit) ? limit.replaceAll('%', '%25').replaceAll(':', '%3A') : limit;
}
