import type { IncomingMessage } from 'node:http';
import type { AdminSettings } from '../messages.ts';
import { type Answer, text } from './answer.ts';
import { refusalOf } from './guard.ts';
import { type Query, queryOf } from './query.ts';

export interface Site {
  readonly settings: AdminSettings;
  readonly routes: ReadonlyMap<string, (query: Query) => Answer | Promise<Answer>>;
  /** Told of an endpoint that throws. */
  readonly onError: (path: string, error: unknown) => void;
}

/** What to answer a request with. Never rejects. */
export async function respond(
  request: Pick<IncomingMessage, 'url' | 'method' | 'headers' | 'headersDistinct'>,
  { settings, routes, onError }: Site,
): Promise<Answer> {
  const query = queryOf(request.url ?? '', request.headers.accept);
  const refusal = refusalOf(request, query, settings);
  if (refusal !== undefined) return refusal;
  const endpoint = routes.get(query.path);
  if (endpoint === undefined) return text(404, `Not found. There is: ${[...routes.keys()].join(' ')}`);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return text(405, 'Only GET and HEAD', { headers: { allow: 'GET, HEAD' } });
  }
  try {
    return await endpoint(query);
  } catch (error) {
    onError(query.path, error);
    return text(500, 'Failed; the reason is in the log of the process');
  }
}
