import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly status: { readonly code?: number };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly string[];
}

/** Span kinds as OTLP numbers them. */
export const KIND: Readonly<Record<'internal' | 'client', number>> = { internal: 1, client: 3 };

/** A backend on loopback that takes OTLP/HTTP in JSON and keeps the spans. */
export interface TraceBackend extends AsyncDisposable {
  readonly url: string;
  readonly spans: ExportedSpan[];
}

interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  status?: { code?: number };
  attributes?: { key: string; value: Record<string, unknown> }[];
  events?: { name: string }[];
}

export async function startTraceBackend(): Promise<TraceBackend> {
  const spans: ExportedSpan[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/v1/traces') spans.push(...spansOf(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function spansOf(body: { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] }): ExportedSpan[] {
  return body.resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    .map(({ attributes = [], events = [], status = {}, ...span }) => ({
      ...span,
      status,
      attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)])),
      events: events.map(({ name }) => name),
    }));
}

function plain(value: Record<string, unknown>): unknown {
  const [[kind, inner] = []] = Object.entries(value);
  return kind === 'intValue' ? Number(inner) : inner;
}
