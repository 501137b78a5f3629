import type { IncomingMessage } from 'node:http';
import { type Answer, ok, openAIError } from './answer.ts';
import { answerChat } from './chat.ts';
import { answerEmbeddings } from './embeddings.ts';
import type { Route } from './schedule.ts';
import { answerInventory, answerSearch } from './shop.ts';

const MAX_BODY_BYTES = 1_048_576;

/** What a request asks for: a route that may misbehave, with its answer when all is well, or an answer that never does. */
export interface Routed {
  readonly route: Route | null;
  readonly answer: Answer;
}

/** Reads the request to its end and finds its answer. Rejects only when the connection breaks while the body is read. */
export async function routeRequest(request: IncomingMessage): Promise<Routed> {
  const url = new URL(request.url ?? '/', 'http://upstream.invalid');
  const { method = 'GET' } = request;
  const body = await readBody(request);
  if (url.pathname.startsWith('/v1/')) return routeOpenAI(request, method, url.pathname, body);
  if (method !== 'GET') return fixed({ kind: 'json', status: 405, body: { error: 'only GET is served here' } });
  if (url.pathname === '/search') return judged('search', answerSearch(url.searchParams));
  const article = /^\/inventory\/([^/]+)$/.exec(url.pathname)?.[1];
  if (article !== undefined) return judged('inventory', answerInventory(article));
  return fixed({ kind: 'json', status: 404, body: { error: `nothing is served at ${url.pathname}` } });
}

function routeOpenAI(request: IncomingMessage, method: string, path: string, body: string | null): Routed {
  if (!/^Bearer \S+$/.test(request.headers.authorization ?? '')) {
    return fixed(openAIError(401, "You didn't provide an API key.", { code: 'invalid_api_key' }));
  }
  if (method === 'GET' && path === '/v1/models') return fixed(ok({ object: 'list', data: MODELS }));
  const answerer = method === 'POST' ? POSTS[path] : undefined;
  if (answerer === undefined) return fixed(openAIError(404, `Invalid URL (${method} ${path})`));
  if (body === null) return fixed(openAIError(413, `The body is larger than ${MAX_BODY_BYTES} bytes.`));
  const value = parseObject(body);
  if (value === null) return fixed(openAIError(400, 'We could not parse the JSON body of your request.'));
  return judged(answerer.route, answerer.answer(value));
}

const MODELS = ['gpt-4o-mini', 'text-embedding-3-small'].map((id) => ({
  id,
  object: 'model',
  created: 1_721_172_741,
  owned_by: 'crossbridge-demo',
}));

const POSTS: Readonly<
  Record<string, { readonly route: Route; readonly answer: (body: Readonly<Record<string, unknown>>) => Answer }>
> = {
  '/v1/chat/completions': { route: 'chat', answer: answerChat },
  '/v1/embeddings': { route: 'embeddings', answer: answerEmbeddings },
};

/** Only a good request takes part in the schedule: what the client did wrong is told at once and always the same way. */
function judged(route: Route, answer: Answer): Routed {
  return { route: answer.kind === 'json' && answer.status >= 400 ? null : route, answer };
}

function fixed(answer: Answer): Routed {
  return { route: null, answer };
}

/** The body as text; null when it is larger than the upstream takes. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and dropped, so that the client gets its 413 instead of a broken connection.
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return bytes > MAX_BODY_BYTES ? null : Buffer.concat(chunks).toString('utf8');
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}
