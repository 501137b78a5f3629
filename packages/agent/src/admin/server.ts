import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AdminConfig } from '@crossbridge/core/config';
import { report, reportOnce } from '../report.ts';
import type { Answer, Endpoint } from './endpoints.ts';

const MAX_HEADER_BYTES = 8 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Serves the endpoints beside the application, never in its way: it does not keep the process alive, and a port that is
 * taken is reported while the application runs on.
 */
export function serveAdmin(config: Pick<AdminConfig, 'host' | 'port'>, routes: ReadonlyMap<string, Endpoint>): Server {
  const server = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => {
      void answer(routes, request, response);
    },
  );
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  // A scraper that holds its connection open must not hold a process open that has nothing left to do.
  server.on('connection', (socket) => socket.unref());
  server.on('error', (error: NodeJS.ErrnoException) => {
    const why = error.code === 'EADDRINUSE' ? 'the port is taken' : error.message;
    reportOnce(
      'admin server',
      `no /metrics and no health endpoints: cannot listen on ${config.host}:${config.port} (${why}). ` +
        'The application runs on. Set runtime.admin.port or CROSSBRIDGE_ADMIN_PORT.',
    );
  });
  // Workers of a cluster would share the port, and each scrape would ask another one.
  server.listen({ host: config.host, port: config.port, exclusive: true }, () => {
    const address = server.address();
    if (typeof address === 'object' && address !== null && config.port === 0) {
      report(`admin endpoint on http://${config.host}:${address.port}`);
    }
  });
  return server.unref();
}

async function answer(
  routes: ReadonlyMap<string, Endpoint>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, contentType, body, allow } = await answerTo(routes, request);
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(allow === undefined ? {} : { allow }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answerTo(
  routes: ReadonlyMap<string, Endpoint>,
  request: IncomingMessage,
): Promise<Answer & { readonly allow?: string }> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const endpoint = routes.get(path);
  if (endpoint === undefined) return text(404, `Not found. There is: ${[...routes.keys()].join(' ')}`);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { ...text(405, 'Only GET and HEAD'), allow: 'GET, HEAD' };
  }
  try {
    return await endpoint();
  } catch (error) {
    reportOnce(`admin ${path}`, `${path} failed: ${error instanceof Error ? error.message : String(error)}`);
    return text(500, 'Failed; the reason is in the log of the process');
  }
}

function text(status: number, line: string): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${line}\n` };
}
