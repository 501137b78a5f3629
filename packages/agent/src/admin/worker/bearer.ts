import { createHash, timingSafeEqual } from 'node:crypto';

/** SHA-256 of a token, in hex: what is kept of it. */
export function digestOf(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex');
}

/** Whether an Authorization header carries the token with that digest. Takes as long for a wrong token as for the right one. */
export function carriesToken(header: string | undefined, digest: string): boolean {
  const token = /^bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? '';
  // Digests are of one length, whatever was sent; and what they have in common says nothing of the token.
  return timingSafeEqual(Buffer.from(digestOf(token), 'hex'), Buffer.from(digest, 'hex')) && token !== '';
}
