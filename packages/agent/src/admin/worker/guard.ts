import type { IncomingMessage } from 'node:http';
import type { AdminSettings } from '../messages.ts';
import { type Answer, text } from './answer.ts';
import { carriesToken } from './bearer.ts';
import { isKnownHost } from './host-names.ts';
import type { Query } from './query.ts';

const MOST_TARGET_CHARACTERS = 2_048;

/** A kubelet can send no secret, so what it asks is answered without one; the answers name checks and nothing more. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz', '/startupz']);

type Head = Pick<IncomingMessage, 'url' | 'headers' | 'headersDistinct'>;

/** Why a request is refused before anybody looks at what it asks; undefined when it is not. */
export function refusalOf(request: Head, query: Query, settings: AdminSettings): Answer | undefined {
  return (
    targetRefusal(request.url ?? '') ??
    hostRefusal(request, settings) ??
    bodyRefusal(request) ??
    tokenRefusal(request, query, settings)
  );
}

function targetRefusal(target: string): Answer | undefined {
  if (target.length > MOST_TARGET_CHARACTERS) {
    return text(414, `The URL is longer than ${MOST_TARGET_CHARACTERS} characters`, { close: true });
  }
  return target.startsWith('/')
    ? undefined
    : text(400, 'The request must name a path, such as /livez', { close: true });
}

function hostRefusal({ headersDistinct }: Head, { hostNames }: AdminSettings): Answer | undefined {
  const hosts = headersDistinct.host ?? [];
  // The parser has refused HTTP/1.1 without Host; what is left is HTTP/1.0, which no browser speaks.
  if (hosts.length === 0) return undefined;
  if (hosts.length > 1) return text(400, 'More than one Host header', { close: true });
  if (isKnownHost(hosts[0] as string, hostNames)) return undefined;
  return text(
    421,
    'This endpoint does not go by the name in the Host header. ' +
      'Use localhost or an IP address, or list the name in runtime.admin.allowed_hosts.',
    { close: true },
  );
}

function bodyRefusal({ headers }: Head): Answer | undefined {
  const length = headers['content-length'];
  const none = headers['transfer-encoding'] === undefined && (length === undefined || Number(length) === 0);
  return none ? undefined : text(413, 'Requests have no body here', { close: true });
}

function tokenRefusal({ headers }: Head, { path, verbose }: Query, { tokenDigest }: AdminSettings): Answer | undefined {
  if (tokenDigest === undefined || (OPEN_PATHS.has(path) && !verbose)) return undefined;
  if (carriesToken(headers.authorization, tokenDigest)) return undefined;
  const challenge =
    headers.authorization === undefined
      ? 'Bearer realm="crossbridge"'
      : 'Bearer realm="crossbridge", error="invalid_token"';
  return text(401, 'Send the token of the admin endpoint: Authorization: Bearer <token>', {
    headers: { 'www-authenticate': challenge },
  });
}
