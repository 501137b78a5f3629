import { ByteCollector, tapped } from './tapped-stream.ts';

/** Told what the application reads of a body; each time it does, where it reads clones as well. */
export interface BodyWatcher {
  /** The whole body, parsed; undefined where it is no JSON, or longer than what is parsed once more. */
  whole(json: unknown): void;
  /** The body did not come whole. */
  broken(error: unknown): void;
}

/** Longest body that is parsed although the application parses it itself, in bytes. */
const MAX_PARSED = 1024 * 1024;

/**
 * Looks at what the application reads of a body, in whichever way it does. Nothing is read for the sake of it and nothing is kept back: a body
 * that nobody reads is not seen, and one that is given up half-way is given up.
 */
export function watchBody(response: Response, watcher: BodyWatcher): void {
  watchMethod(response, 'json', (value) => watcher.whole(value), watcher);
  for (const name of ['text', 'arrayBuffer', 'bytes', 'buffer']) {
    watchMethod(response, name, (value) => watcher.whole(parse(value)), watcher);
  }
  watchClones(response, watcher);
  watchStream(response, watcher);
}

function watchMethod(response: Response, name: string, seen: (value: unknown) => void, watcher: BodyWatcher): void {
  const read: unknown = Reflect.get(response, name);
  if (typeof read !== 'function') return;
  define(response, name, {
    value: async () => {
      let value: unknown;
      try {
        value = await read.call(response);
      } catch (error) {
        // All of it came where only what it says cannot be read.
        if (error instanceof SyntaxError) watcher.whole(undefined);
        else watcher.broken(error);
        throw error;
      }
      seen(value);
      return value;
    },
  });
}

function watchClones(response: Response, watcher: BodyWatcher): void {
  const { clone } = response;
  define(response, 'clone', {
    value: () => {
      const copy = clone.call(response);
      watchBody(copy, watcher);
      return copy;
    },
  });
}

function watchStream(response: Response, watcher: BodyWatcher): void {
  // Asked of the class anew whenever it is needed: a clone replaces the stream.
  const body = (): unknown => Reflect.get(Object.getPrototypeOf(response), 'body', response);
  if (!(body() instanceof ReadableStream)) return;
  const collector = new ByteCollector(MAX_PARSED);
  let tap: ReadableStream<Uint8Array> | undefined;
  define(response, 'body', {
    get: () => {
      tap ??= tapped(body as () => ReadableStream<Uint8Array>, {
        piece: (bytes) => collector.add(bytes),
        end: () => watcher.whole(parse(collector.bytes)),
        broken: (error) => watcher.broken(error),
      });
      return tap;
    },
  });
}

function define(response: Response, name: string, descriptor: PropertyDescriptor): void {
  Object.defineProperty(response, name, { ...descriptor, configurable: true });
}

function parse(body: unknown): unknown {
  try {
    if (typeof body === 'string') return body.length > MAX_PARSED ? undefined : JSON.parse(body);
    const isBytes = body instanceof ArrayBuffer || body instanceof Uint8Array;
    return isBytes && body.byteLength <= MAX_PARSED ? JSON.parse(new TextDecoder().decode(body)) : undefined;
  } catch {
    return undefined;
  }
}
