import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request; the index counts the requests of the upstream from 0. */
export type Answer = (response: ServerResponse, request: SeenRequest, index: number) => void;

/** A real HTTP server on loopback that keeps what it was sent and answers as it is told. */
export interface Upstream {
  readonly url: string;
  readonly port: number;
  readonly requests: SeenRequest[];
  answer: Answer;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startUpstream(answer: Answer): Promise<Upstream> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {});
    request.on('end', () => {
      const seen = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      upstream.requests.push(seen);
      upstream.answer(response, seen, upstream.requests.length - 1);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const upstream: Upstream = {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: [],
    answer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return upstream;
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** Fails the first `failures` requests with a status, then answers 200 with what it was sent. */
export function failFirst(failures: number, status: number, headers: Record<string, string> = {}): Answer {
  return (response, request, index) => {
    if (index < failures) json(response, status, { error: { message: 'not now' } }, headers);
    else json(response, 200, { method: request.method, body: request.body });
  };
}
