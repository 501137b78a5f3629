import { Readable } from 'node:stream';
import { authorityOver } from '@crossbridge/core';
import { type Exchange, sendAttempts } from './attempts.ts';
import { currentKey } from './call-key.ts';
import { markHardened } from './hardened-mark.ts';
import { assertHardenRequestOptions, type HardenRequestOptions } from './options.ts';
import { isIdempotent } from './request.ts';
import { type Target, targetMatcher } from './rules.ts';
import { headersOf, readHeaders } from './undici-headers.ts';
import { isSignal, readSignal } from './undici-signal.ts';

/** What `request` of undici is called with, as far as it is needed here. */
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

/** What it answers. */
export interface UndiciResponse {
  readonly statusCode: number;
  readonly headers: unknown;
  readonly body: {
    dump(options?: { readonly limit: number }): Promise<unknown>;
    on(event: 'error', listener: () => void): unknown;
  };
}

type Callback = (error: unknown, data?: unknown) => void;

/** `request` of a dispatcher of undici (`Agent`, `Pool`, `Client` …), which is called on the dispatcher. */
export type UndiciRequest = (this: object, options: UndiciRequestOptions, callback?: Callback) => unknown;

/** Longest body of a failed answer that is read so that its connection can be used again. */
const MAX_DUMPED_BYTES = 128 * 1024;

/**
 * Wraps `Dispatcher.prototype.request` of the package `undici` (6, 7 or 8) so that the requests which match a rule run under the policies of its
 * operation; all others pass untouched. Promises and callbacks both work.
 *
 * - An answer with an error status that is worth another try is retried; when the attempts run out the last real answer is given.
 * - Requests that must not run twice (see `idempotent` of the rule; `idempotent: true` of the request has its say, too) are repeated only
 *   after failures that show that they never ran. A body that is a stream or an iterator is sent once.
 * - A refusal rejects with a `CrossbridgeError`.
 * - The call ends with the headers of the answer. What comes of its body afterwards is the application's.
 *
 * ```ts
 * Dispatcher.prototype.request = hardenUndiciRequest(Dispatcher.prototype.request, { bridge });
 * ```
 *
 * @throws InvalidArgumentError that names the option, what was given and what is expected
 */
export function hardenUndiciRequest(request: UndiciRequest, options: HardenRequestOptions): UndiciRequest {
  assertHardenRequestOptions(request, options, 'hardenUndiciRequest');
  const { bridge } = options;
  const match = targetMatcher(options);
  return markHardened(function hardenedRequest(this: object, given, callback) {
    const url = urlOf(this, given);
    const method = (given?.method ?? 'GET').toUpperCase();
    const target = url === undefined || given.upgrade ? undefined : match(method, url);
    const untouched = (): unknown => Reflect.apply(request, this, [given, callback]);
    // Of what undici does not take it says itself what is wrong.
    const takes = (callback === undefined || typeof callback === 'function') && isSignal(given?.signal);
    if (url === undefined || target === undefined || !takes) return untouched();
    const authority = authorityOver(target.operation, 'http');
    if (authority === 'none') return untouched();
    const exchange = exchangeOf(request, this, given, { method, url }, target);
    const call = { key: currentKey(options.key), nested: authority === 'once' };
    const sent = sendAttempts(bridge, target.operation, exchange, call);
    const response = sent.response.catch((error: unknown) => {
      if (sent.attempts() === 0) destroyBody(given.body, error);
      throw error;
    });
    if (callback === undefined) return response;
    // Not inside the promise: what a callback throws is nobody's rejection.
    response.then(
      (answer) => queueMicrotask(() => callback(null, answer)),
      (error: unknown) => queueMicrotask(() => callback(error, { opaque: given.opaque })),
    );
    return undefined;
  });
}

function exchangeOf(
  request: UndiciRequest,
  dispatcher: object,
  given: UndiciRequestOptions,
  { method, url }: { readonly method: string; readonly url: URL },
  target: Target,
): Exchange<UndiciResponse> {
  const { list, headers } = readHeaders(given.headers);
  const saidIdempotent = given.idempotent ?? isIdempotent({ method, headers });
  return {
    signal: readSignal(given.signal),
    replayable: isReplayable(given.body),
    host: url.host,
    idempotent: target.idempotent === 'auto' ? saidIdempotent : target.idempotent,
    attempt: (_, signal) => ({
      send: () => Reflect.apply(request, dispatcher, [{ ...given, headers: list, signal }]) as Promise<UndiciResponse>,
      accept: (answer) => answer,
    }),
    status: ({ statusCode }) => statusCode,
    headers: (answer) => headersOf(answer.headers),
    errorCode: () => undefined,
    discard: ({ body }) => {
      body.on('error', () => {});
      void body.dump({ limit: MAX_DUMPED_BYTES }).catch(() => {});
    },
  };
}

/** Where a request goes: pools and clients know their origin themselves. */
function urlOf(dispatcher: object, given: UndiciRequestOptions | undefined): URL | undefined {
  if (typeof given !== 'object' || given === null || typeof given.path !== 'string') return undefined;
  const url = URL.parse(given.path, String(given.origin ?? originOf(dispatcher) ?? ''));
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') ? url : undefined;
}

function originOf(dispatcher: object): unknown {
  for (let holder: object | null = dispatcher; holder !== null; holder = Object.getPrototypeOf(holder)) {
    const key = Object.getOwnPropertySymbols(holder).find(({ description }) => description === 'url');
    if (key !== undefined) return (dispatcher as Record<symbol, unknown>)[key];
  }
  return undefined;
}

function isReplayable(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return typeof body !== 'function';
  if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer || Array.isArray(body)) return true;
  // By what it calls itself: undici brings classes of its own.
  const kind = (body as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  return kind === 'FormData' || kind === 'Blob' || kind === 'File' || kind === 'URLSearchParams';
}

/** What undici does with the stream of a request that it does not make. */
function destroyBody(body: unknown, error: unknown): void {
  if (!(body instanceof Readable)) return;
  body.on('error', () => {});
  body.destroy(error instanceof Error ? error : undefined);
}
