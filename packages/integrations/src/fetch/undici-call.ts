/** What `request` of a dispatcher is called with, as far as it is needed here. */
export interface UndiciRequestOptions {
  readonly origin?: string | URL;
  readonly path?: string;
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly signal?: unknown;
  readonly idempotent?: boolean;
  readonly upgrade?: unknown;
  readonly opaque?: unknown;
}

/** One call of `request`, as a dispatcher would see it. */
export interface UndiciCall {
  readonly options: UndiciRequestOptions;
  readonly callback: unknown;
  readonly url: URL;
  /** Undefined for what only the dispatcher knows. */
  readonly host: string | undefined;
  readonly method: string;
  /** Makes the request, with other options in place of some of those given. */
  ask(changed: object): unknown;
}

type Request = (...args: unknown[]) => unknown;

/** An address that undici takes in place of a URL, in parts. */
interface AddressParts {
  readonly origin?: unknown;
  readonly protocol?: unknown;
  readonly hostname?: unknown;
  readonly port?: unknown;
  readonly path?: unknown;
  readonly pathname?: unknown;
  readonly search?: unknown;
}

/** Stands for a host that cannot be seen: rules that name one do not match it. */
const UNSEEN = 'unseen.invalid';

/**
 * Reads `request(address, options, callback)` of the package and `dispatcher.request(options, callback)`.
 *
 * @returns undefined for what is no HTTP request that can be judged
 */
export function readUndiciCall(self: unknown, args: readonly unknown[], request: Request): UndiciCall | undefined {
  const [first, second, third] = args;
  if (isAddress(first) || (typeof second === 'object' && second !== null)) {
    const options = (typeof second === 'object' ? (second ?? {}) : {}) as UndiciRequestOptions;
    const url = addressOf(first, options.path);
    const callback = typeof second === 'function' ? second : third;
    const method = options.method || (options.body ? 'PUT' : 'GET');
    return readCall(url, { ...options, method }, callback, (changed) => {
      const { path: _, ...rest } = { ...options, method, ...changed };
      return Reflect.apply(request, self, [url, rest]);
    });
  }
  const options = (first ?? {}) as UndiciRequestOptions;
  if (typeof options !== 'object' || typeof options.path !== 'string') return undefined;
  const url = URL.parse(options.path, String(options.origin ?? originOf(self) ?? `http://${UNSEEN}`));
  return readCall(url, options, second, (changed) => Reflect.apply(request, self, [{ ...options, ...changed }]));
}

function readCall(
  url: URL | null,
  options: UndiciRequestOptions,
  callback: unknown,
  ask: UndiciCall['ask'],
): UndiciCall | undefined {
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  const host = url.host === UNSEEN ? undefined : url.host;
  return { options, callback, url, host, method: (options.method ?? 'GET').toUpperCase(), ask };
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' || value instanceof URL || typeof (value as AddressParts)?.hostname === 'string';
}

/** The address, as undici puts it together. */
function addressOf(given: unknown, ownPath: string | undefined): URL | null {
  const { origin, protocol, hostname, port, path, pathname, search } =
    typeof given === 'object' && given !== null && !(given instanceof URL) ? (given as AddressParts) : {};
  const inParts = origin ?? (protocol && hostname ? `${protocol}//${hostname}${port ? `:${port}` : ''}` : undefined);
  const base = URL.parse(String(inParts ?? given));
  const asked = ownPath ?? (inParts === undefined ? undefined : (path ?? `${pathname ?? ''}${search ?? ''}`));
  if (base === null || asked === undefined) return base;
  return URL.parse(`${base.origin}/${String(asked).replace(/^\//, '')}`);
}

/** Where a dispatcher sends to: pools and clients know it themselves. */
function originOf(dispatcher: unknown): unknown {
  for (let holder = dispatcher; typeof holder === 'object' && holder !== null; holder = Object.getPrototypeOf(holder)) {
    const key = Object.getOwnPropertySymbols(holder).find(({ description }) => description === 'url');
    if (key !== undefined) return (dispatcher as Record<symbol, unknown>)[key];
  }
  return undefined;
}
