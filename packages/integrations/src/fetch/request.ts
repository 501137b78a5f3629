/** The parameters of `fetch`, as applications pass them. */
export type FetchInput = Parameters<typeof globalThis.fetch>[0];
export type FetchInit = Parameters<typeof globalThis.fetch>[1];
export type Fetch = (input: FetchInput, init?: FetchInit) => Promise<Response>;

const IDEMPOTENT_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** What has to be known of a request to find its rule. Reads as little as it can: most requests belong to no operation. */
export interface RequestTarget {
  readonly method: string;
  readonly url: URL;
}

/** One request of the application, which may have to be sent more than once. */
export interface OutgoingRequest extends RequestTarget {
  readonly headers: Headers;
  readonly signal: AbortSignal | undefined;
  /** False when the body is a stream of the application's, which can be read only once. */
  readonly replayable: boolean;
  /** The body, where it is text. */
  readonly text: string | undefined;
  /** Sends the request, each time whole. */
  send(fetch: Fetch, signal: AbortSignal): Promise<Response>;
}

/** Where a request goes; undefined when it is not an HTTP request that can be judged. */
export function targetOf(input: FetchInput, init: FetchInit): RequestTarget | undefined {
  const request = isRequest(input) ? input : undefined;
  const url = URL.parse(request?.url ?? String(input));
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  return { method: (init?.method ?? request?.method ?? 'GET').toUpperCase(), url };
}

/** Reads a request so that it can be sent several times. What it was made of is read once, as `fetch` would. */
export function readRequest(input: FetchInput, init: FetchInit, target: RequestTarget): OutgoingRequest {
  return isRequest(input) ? fromRequest(input, init, target) : fromParts(input, plain(init), target);
}

/** The usual case: an address and an object. It is passed on in the same form, to whatever `fetch` is wrapped. */
function fromParts(input: Exclude<FetchInput, Request>, init: FetchInit, target: RequestTarget): OutgoingRequest {
  const headers = new Headers(init?.headers);
  return {
    ...target,
    headers,
    signal: init?.signal ?? undefined,
    replayable: !isOneShot(init?.body),
    text: typeof init?.body === 'string' ? init.body : undefined,
    // The headers that were read, not those that were given: an iterator gives them only once.
    send: (fetch, signal) => fetch(input, { ...init, headers, signal }),
  };
}

/** Each attempt sends a copy of the `Request`, which is of the class that its `fetch` knows. */
function fromRequest(input: Request, init: FetchInit, target: RequestTarget): OutgoingRequest {
  const request: Request = new (input.constructor as typeof Request)(input, init);
  const { referrer, referrerPolicy } = request;
  // What a Request does not show, and options given beside it would reset.
  const kept = { referrer, referrerPolicy, ...dispatcherOf(init) };
  return {
    ...target,
    headers: request.headers,
    signal: request.signal ?? undefined,
    replayable: !isOneShot(init?.body),
    text: typeof init?.body === 'string' ? init.body : undefined,
    send: (fetch, signal) => fetch(request.body === null ? request : request.clone(), { ...kept, signal }),
  };
}

/** By what it is, not by its class: the packages that bring a `fetch` bring a class of their own. */
function isRequest(input: FetchInput): input is Request {
  if (input instanceof Request) return true;
  if (typeof input !== 'object' || input === null || input instanceof URL) return false;
  const { url, method, clone } = input as Partial<Request>;
  return typeof url === 'string' && typeof method === 'string' && typeof clone === 'function';
}

/**
 * Whether sending the request twice does no more than sending it once: by its method (RFC 9110 section 9.2.2), or because
 * the server is told how to recognise the second one.
 */
export function isIdempotent({ method, headers }: Pick<OutgoingRequest, 'method' | 'headers'>): boolean {
  return IDEMPOTENT_METHODS.has(method) || headers.has('idempotency-key');
}

/** What `fetch` reads of its options, though they may be inherited or computed. */
const MEMBERS = [
  'method',
  'headers',
  'body',
  'referrer',
  'referrerPolicy',
  'mode',
  'credentials',
  'cache',
  'redirect',
  'integrity',
  'keepalive',
  'signal',
  'duplex',
  'priority',
  'window',
  'dispatcher',
] as const;

/** Options of which a copy of the own members has all that `fetch` would see. */
function plain(init: FetchInit): FetchInit {
  if (init === undefined || init === null) return init;
  const prototype: unknown = Object.getPrototypeOf(init);
  if (prototype === Object.prototype || prototype === null) return init;
  const read = init as Readonly<Record<string, unknown>>;
  const seen = MEMBERS.map((name) => [name, read[name]] as const).filter(([, value]) => value !== undefined);
  return { ...init, ...Object.fromEntries(seen) };
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

/** undici's own option: through which pool or proxy the request goes. */
function dispatcherOf(init: FetchInit): object {
  const dispatcher: unknown = init !== undefined && 'dispatcher' in init ? init.dispatcher : undefined;
  return dispatcher === undefined ? {} : { dispatcher };
}
