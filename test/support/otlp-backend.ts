import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

/** Span kinds as OTLP numbers them. */
export const KIND: Readonly<Record<'internal' | 'client', number>> = { internal: 1, client: 3 };

/** What a span looks like in OTLP/JSON, as far as tests ask. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: number;
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** `service.name` of the resource that sent it. */
  readonly service: unknown;
}

/** A tracing backend on loopback that takes OTLP over HTTP in JSON and remembers what it was sent. */
export interface OtlpBackend extends AsyncDisposable {
  /** Base URL, for an exporter that appends `/v1/traces`. */
  readonly url: string;
  readonly port: number;
  /** Every span so far, in order of arrival. */
  readonly spans: readonly ReceivedSpan[];
  /** Answers the next `count` requests with `status` and keeps nothing of them. */
  failNext(count: number, status: number): void;
  /** Requests so far, those answered with a failure included. */
  requests(): number;
  stop(): Promise<void>;
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly status?: { readonly code?: number };
  readonly attributes?: readonly OtlpAttribute[];
}

interface OtlpTraces {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly OtlpAttribute[] };
    readonly scopeSpans?: readonly { readonly spans?: readonly OtlpSpan[] }[];
  }[];
}

/** Starts one. `port` is for one that was away and is back; default a free one. */
export async function startOtlpBackend(port = 0): Promise<OtlpBackend> {
  const spans: ReceivedSpan[] = [];
  let requests = 0;
  let failures = { left: 0, status: 503 };
  const server = createServer(async (request, response) => {
    const body = await readBody(request);
    requests += 1;
    if (failures.left > 0) {
      failures.left -= 1;
      response.writeHead(failures.status).end();
      return;
    }
    if (request.url === '/v1/traces') spans.push(...toSpans(JSON.parse(body)));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as { port: number };
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    spans,
    failNext: (count, status) => {
      failures = { left: count, status };
    },
    requests: () => requests,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8');
}

function toSpans(traces: OtlpTraces): ReceivedSpan[] {
  return (traces.resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) => {
    const service = toRecord(resource?.attributes)['service.name'];
    return scopeSpans.flatMap(({ spans = [] }) =>
      spans.map(({ traceId, spanId, parentSpanId, name, kind, status, attributes }) => ({
        traceId,
        spanId,
        parentSpanId: parentSpanId || undefined,
        name,
        kind,
        status: status?.code ?? 0,
        attributes: toRecord(attributes),
        service,
      })),
    );
  });
}

function toRecord(attributes: readonly OtlpAttribute[] = []): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const [[kind, inner] = []] = Object.entries(value);
      // OTLP/JSON writes 64-bit integers as text.
      return [key, kind === 'intValue' ? Number(inner) : inner];
    }),
  );
}
