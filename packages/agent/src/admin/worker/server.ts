import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { headersOf } from './answer.ts';
import { respond, type Site } from './respond.ts';

const MOST_HEADER_BYTES = 8 * 1_024;
const MOST_CONNECTIONS = 128;
/** Requests that one connection may have under way; no client of today sends a second before the first is answered. */
const MOST_PIPELINED = 16;
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_TIMEOUT_MS = 5_000;
/** For a connection on which nothing moves. Longer than `/metrics` may take. */
const IDLE_TIMEOUT_MS = 15_000;
/** From the request to the last byte of its answer, however slowly it is read. */
const ANSWER_TIMEOUT_MS = 30_000;
/** How long the rest of a refused request is read away: a connection closed over it would lose the answer. */
const LINGER_MS = 200;

/**
 * The HTTP server of the admin endpoints, made for clients that mean harm: whatever they send, or do not send, or do not read, costs
 * a bounded amount of memory for a bounded time.
 */
export function adminServer(site: Site): Server {
  const server = createServer({
    maxHeaderSize: MOST_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: 1_000,
    requireHostHeader: true,
    insecureHTTPParser: false,
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.timeout = IDLE_TIMEOUT_MS;
  const underWay = new WeakMap<Socket, number>();
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    const requests = (underWay.get(socket) ?? 0) + 1;
    underWay.set(socket, requests);
    response.on('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    if (requests > MOST_PIPELINED) socket.destroy();
    else void serve(site, request, response);
  };
  server.on('request', onRequest);
  // Without a listener the client would be told to go on and send its body.
  server.on('checkContinue', onRequest);
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => refuseTunnel(socket));
  // Connections that are kept for later give way to those that want something now.
  server.on('drop', () => server.closeIdleConnections());
  return server;
}

async function serve(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const tooLong = setTimeout(() => request.socket.destroy(), ANSWER_TIMEOUT_MS);
  response.on('close', () => clearTimeout(tooLong));
  const answer = await respond(request, site);
  if (answer.close === true) await readAway(request);
  if (response.destroyed) return;
  response.writeHead(answer.status, headersOf(answer));
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}

async function readAway(request: IncomingMessage): Promise<void> {
  const limit = new AbortController();
  const ended = request.readableEnded
    ? undefined
    : once(request.resume(), 'end', { signal: limit.signal }).catch(() => {});
  await Promise.race([ended, sleep(LINGER_MS, undefined, { signal: limit.signal }).catch(() => {})]);
  limit.abort();
}

function refuseTunnel(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  socket.end('HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
}
