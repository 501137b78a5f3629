/** The parameters of `fetch`, as applications pass them. */
export type FetchInput = Parameters<typeof globalThis.fetch>[0];
export type FetchInit = Parameters<typeof globalThis.fetch>[1];
export type Fetch = (input: FetchInput, init?: FetchInit) => Promise<Response>;

const IDEMPOTENT_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** One request of the application, which may have to be sent more than once. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly signal: AbortSignal | undefined;
  /** False when the body is a stream of the application's, which can be read only once. */
  readonly replayable: boolean;
  /** Sends the request, each time with the same body. */
  send(fetch: Fetch, signal: AbortSignal): Promise<Response>;
}

/** Reads what `fetch` was called with; undefined when it is not an HTTP request that this package can judge. */
export function readRequest(input: FetchInput, init: FetchInit): OutgoingRequest | undefined {
  const request = input instanceof Request ? input : undefined;
  const url = parseUrl(request?.url ?? String(input));
  if (url === undefined || request?.bodyUsed === true) return undefined;
  const body = init?.body ?? undefined;
  let headers: Headers | undefined;
  return {
    method: (init?.method ?? request?.method ?? 'GET').toUpperCase(),
    url,
    // Most requests belong to no operation, and then nobody looks.
    get headers() {
      headers ??= new Headers(init?.headers ?? request?.headers);
      return headers;
    },
    signal: init?.signal ?? request?.signal,
    replayable: !isOneShot(body),
    send: (fetch, signal) => {
      // A Request with a body is spent by the first fetch; each attempt sends a copy and leaves the original whole.
      const again = body === undefined && request?.body ? request.clone() : input;
      return fetch(again, { ...init, signal });
    },
  };
}

/**
 * Whether sending the request twice does no more than sending it once: by its method (RFC 9110 section 9.2.2), or because
 * the server is told how to recognise the second one.
 */
export function isIdempotent(request: OutgoingRequest): boolean {
  return IDEMPOTENT_METHODS.has(request.method) || request.headers.has('idempotency-key');
}

function isOneShot(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  if (body instanceof ReadableStream) return true;
  const replayable =
    body instanceof Blob ||
    body instanceof FormData ||
    body instanceof URLSearchParams ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body);
  return !replayable && Symbol.asyncIterator in body;
}

function parseUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') ? url : undefined;
}
