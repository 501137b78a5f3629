import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { headersOf } from './answer.ts';
import { Connections } from './connections.ts';
import { respond, type Site } from './respond.ts';

/** What a client may take. Times in milliseconds. */
export interface ClientLimits {
  readonly headerBytes: number;
  /** At once. One more takes the place of the oldest that wants nothing, or else of the oldest. */
  readonly connections: number;
  /** Requests that one connection may have under way; no client of today sends a second before the first is answered. */
  readonly pipelined: number;
  readonly headersMs: number;
  readonly requestMs: number;
  /** For a connection that is kept for later. */
  readonly keepAliveMs: number;
  /** For a connection on which nothing moves. Longer than `/metrics` may take. */
  readonly idleMs: number;
  /** From the request to the last byte of its answer, however slowly it is read. */
  readonly answerMs: number;
}

export const CLIENT_LIMITS: ClientLimits = {
  headerBytes: 8 * 1_024,
  connections: 128,
  pipelined: 16,
  headersMs: 5_000,
  requestMs: 10_000,
  keepAliveMs: 5_000,
  idleMs: 15_000,
  answerMs: 30_000,
};

/**
 * The HTTP server of the admin endpoints, made for clients that mean harm: whatever they send, or do not send, or do not read, costs
 * a bounded amount of memory for a bounded time.
 */
export function adminServer(site: Site, limits: ClientLimits = CLIENT_LIMITS): Server {
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(1_000, limits.headersMs),
    requireHostHeader: true,
    insecureHTTPParser: false,
  });
  server.timeout = limits.idleMs;
  const connections = new Connections(limits.connections);
  server.on('connection', (socket) => connections.add(socket));
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    const requests = connections.begin(socket);
    response.on('close', () => connections.end(socket));
    if (requests > limits.pipelined) socket.destroy();
    else void serve(site, request, response, limits.answerMs);
  };
  server.on('request', onRequest);
  // Without a listener the client would be told to go on and send its body.
  server.on('checkContinue', onRequest);
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => refuseTunnel(socket));
  return server;
}

async function serve(site: Site, request: IncomingMessage, response: ServerResponse, answerMs: number): Promise<void> {
  const tooLong = setTimeout(() => request.socket.destroy(), answerMs);
  response.on('close', () => clearTimeout(tooLong));
  const answer = await respond(request, site);
  if (response.destroyed) return;
  response.writeHead(answer.status, headersOf(answer));
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}

function refuseTunnel(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  socket.end('HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
}
