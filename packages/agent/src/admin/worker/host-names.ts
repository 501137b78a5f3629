import { isIP } from 'node:net';

/**
 * Whether a Host header may address this endpoint. A page on the web can make a browser ask any address by a name whose owner lets it
 * point there (DNS rebinding), so a name that could be anybody's is refused: IP addresses, names without a dot (nobody can own one in
 * the public DNS), `localhost` and the names given are not.
 *
 * @param names lower case; `*.example.com` stands for every name below example.com
 */
export function isKnownHost(header: string, names: readonly string[]): boolean {
  const name = nameOf(header);
  if (name === undefined) return false;
  if (isIP(name) !== 0 || !name.includes('.') || name.endsWith('.localhost')) return true;
  return names.some((known) => (known.startsWith('*.') ? name.endsWith(known.slice(1)) : name === known));
}

/** The host of `host:port`, in lower case and without a final dot; undefined for what cannot be one. */
function nameOf(header: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:/?#@[\]]+))(?::\d{1,5})?$/i.exec(header.trim());
  const [, ipv6, name] = match ?? [];
  if (ipv6 !== undefined) return isIP(ipv6) === 6 ? ipv6 : undefined;
  const plain = name?.toLowerCase().replace(/\.$/, '');
  return plain === '' ? undefined : plain;
}
