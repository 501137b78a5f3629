import { answerError, answerMessage, answerToolUse, wholeMessage } from './anthropic-api.ts';
import { answerCompletion, wholeChat } from './openai-api.ts';
import { type Answer, json, type SeenRequest } from './upstream.ts';

/** Answers what applications ask of OpenAI's API and of Anthropic's: enough of both for an ordinary application. */
export const aiService: Answer = (response, request) => {
  const { pathname, searchParams } = new URL(request.path, 'http://service');
  const status = /^(?:\/v1)?\/status\/(\d+)$/.exec(pathname)?.[1];
  if (status !== undefined) answerError(response, Number(status), 'some_error', { 'x-request-id': 'req_1' });
  else if (pathname.endsWith('/hang')) return;
  else if (pathname.endsWith('/chat/completions')) chat(response, request.body);
  else if (pathname === '/v1/messages') message(response, request.body);
  else if (pathname === '/v1/messages/count_tokens') json(response, 200, { input_tokens: 7 });
  else if (pathname === '/v1/embeddings') json(response, 200, { object: 'list', data: embeddings(request.body) });
  else if (pathname === '/v1/files/file-1/content') response.end('the content');
  else if (pathname === '/v1/files')
    json(response, 200, { id: 'file-1', object: 'file', parts: request.body.split('Content-Disposition').length - 1 });
  else if (pathname === '/v1/models' || pathname === '/v1/fine_tuning/jobs') page(response, searchParams);
  else if (pathname.startsWith('/v1/models/')) json(response, 200, { id: pathname.slice('/v1/models/'.length) });
  else json(response, 200, { ...request, headers: { 'x-own': request.headers['x-own'] } });
};

/** The same, but every second of equal requests is answered only after one that is not: all that a client is to see is the answer. */
export function faulty(answer: Answer): Answer {
  const asked = new Map<string, number>();
  return (response, request, index) => {
    const key = `${request.method} ${request.path} ${withoutBoundary(request)}`;
    const before = asked.get(key) ?? 0;
    asked.set(key, before + 1);
    const spared = /\/(?:status|hang)\b/.test(request.path);
    if (before % 2 === 0 && !spared) answerError(response, 503, 'overloaded_error', { 'retry-after-ms': '1' });
    else answer(response, request, index);
  };
}

/** Forms have another one each time. */
function withoutBoundary({ body, headers }: SeenRequest): string {
  const boundary = /boundary=(\S+)/.exec(headers['content-type'] ?? '')?.[1];
  return boundary === undefined ? body : body.replaceAll(boundary, '');
}

type Response = Parameters<Answer>[0];

function chat(response: Response, body: string): void {
  const { stream, response_format, tools, messages } = JSON.parse(body);
  if (stream) events(response, wholeChat('one ', 'two'));
  else if (response_format !== undefined) answerCompletion(response, '{"answer":42}');
  else if (tools === undefined) answerCompletion(response, 'hi');
  else if (messages.at(-1).role === 'tool') answerCompletion(response, `it is ${messages.at(-1).content}`);
  else {
    const call = { id: 'call_1', type: 'function', function: { name: 'add', arguments: '{"a":1,"b":2}' } };
    const message = { role: 'assistant', content: null, refusal: null, tool_calls: [call] };
    json(response, 200, {
      id: 'c',
      object: 'chat.completion',
      choices: [{ index: 0, finish_reason: 'tool_calls', message }],
    });
  }
}

function message(response: Response, body: string): void {
  const { stream, tools, messages } = JSON.parse(body);
  const last = messages.at(-1).content;
  if (stream) events(response, wholeMessage('one ', 'two'));
  else if (tools === undefined) answerMessage(response, 'hi');
  else if (Array.isArray(last)) answerMessage(response, `it is ${JSON.stringify(last[0].content)}`);
  else answerToolUse(response, 'add', { a: 1, b: 2 });
}

function embeddings(body: string): object[] {
  const bytes = Buffer.from(new Float32Array([0.5, 0.25]).buffer).toString('base64');
  return JSON.parse(body).input.map((_: string, index: number) => ({ object: 'embedding', index, embedding: bytes }));
}

/** Two pages, as both APIs turn them. */
function page(response: Response, search: URLSearchParams): void {
  const isSecond = search.has('after') || search.has('after_id');
  const id = isSecond ? 'second' : 'first';
  json(response, 200, { object: 'list', data: [{ id }], has_more: !isSecond, first_id: id, last_id: id });
}

function events(response: Response, all: readonly string[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'req_1', 'request-id': 'req_1' });
  for (const event of all) response.write(event);
  response.end();
}
