import { Readable } from 'node:stream';
import { authorityOver } from '@crossbridge/core';
import { type Exchange, sendAttempts } from './attempts.ts';
import { currentKey } from './call-key.ts';
import { markHardened } from './hardened-mark.ts';
import { assertHardenRequestOptions, type HardenRequestOptions } from './options.ts';
import { isIdempotent } from './request.ts';
import { type Target, targetMatcher } from './rules.ts';
import { readUndiciCall, type UndiciCall } from './undici-call.ts';
import { undiciErrorCode } from './undici-error-code.ts';
import { headersOf, readHeaders } from './undici-headers.ts';
import { isSignal, readSignal } from './undici-signal.ts';

/** What it answers. */
interface UndiciResponse {
  readonly statusCode: number;
  readonly headers: unknown;
  body: {
    dump(options?: { readonly limit: number }): Promise<unknown>;
    on(event: 'error', listener: () => void): unknown;
  };
}

type Callback = (error: unknown, data?: unknown) => void;

/** `request` of undici: that of the package, of an address, or that of a dispatcher (`Agent`, `Pool`, `Client` …), which is called on it. */
export type UndiciRequest = (this: never, ...args: never[]) => unknown;

/** Longest body of a failed answer that is read so that its connection can be used again. */
const MAX_DUMPED_BYTES = 128 * 1024;

/**
 * Wraps `request` of the package `undici` (6, 7 or 8), or that of one of its dispatchers, so that the requests which match a rule run under the
 * policies of its operation; all others pass untouched. Promises and callbacks both work.
 *
 * - An answer with an error status that is worth another try is retried; when the attempts run out the last real answer is given.
 * - Requests that must not run twice (see `idempotent` of the rule; `idempotent: true` of the request has its say, too) are repeated only
 *   after failures that show that they never ran. A body that is a stream or an iterator is sent once.
 * - A refusal rejects with a `CrossbridgeError`.
 * - The call ends with the headers of the answer. What comes of its body afterwards is the application's.
 *
 * ```ts
 * const ask = hardenUndiciRequest(request, { bridge, operation: 'search' }); // await ask('http://search/?q=a')
 * client.request = hardenUndiciRequest(client.request, { bridge, operation: 'search' });
 * ```
 *
 * @throws InvalidArgumentError that names the option, what was given and what is expected
 */
export function hardenUndiciRequest<F extends UndiciRequest>(request: F, options: HardenRequestOptions): F {
  assertHardenRequestOptions(request, options, 'hardenUndiciRequest');
  const { bridge } = options;
  const match = targetMatcher(options);
  const hardened = markHardened(function hardenedRequest(this: unknown, ...args: unknown[]): unknown {
    const untouched = (): unknown => Reflect.apply(request, this as never, args as never[]);
    const call = readUndiciCall(this, args, request as unknown as (...all: unknown[]) => unknown);
    if (call === undefined) return untouched();
    const { options: given, callback } = call;
    const target = given.upgrade ? undefined : match(call.method, call.url);
    // Of what undici does not take it says itself what is wrong.
    const takes = (callback === undefined || typeof callback === 'function') && isSignal(given.signal);
    if (target === undefined || !takes) return untouched();
    const authority = authorityOver(target.operation, 'http');
    if (authority === 'none') return untouched();
    const sent = sendAttempts(bridge, target.operation, exchangeOf(call, target), {
      key: currentKey(options.key),
      nested: authority === 'once',
    });
    const response = sent.response.catch((error: unknown) => {
      if (sent.attempts() === 0) destroyBody(given.body, error);
      throw error;
    });
    if (callback === undefined) return response;
    // Not inside the promise: what a callback throws is nobody's rejection.
    response.then(
      (answer) => queueMicrotask(() => (callback as Callback)(null, answer)),
      (error: unknown) => queueMicrotask(() => (callback as Callback)(error, { opaque: given.opaque })),
    );
    return undefined;
  });
  return hardened as unknown as F;
}

function exchangeOf({ options, method, host, ask }: UndiciCall, target: Target): Exchange<UndiciResponse> {
  const { list, headers } = readHeaders(options.headers);
  const saidIdempotent = options.idempotent ?? isIdempotent({ method, headers });
  return {
    signal: readSignal(options.signal),
    replayable: isReplayable(options.body),
    host,
    idempotent: target.idempotent === 'auto' ? saidIdempotent : target.idempotent,
    attempt: (_, signal) => ({
      send: () => ask({ headers: list, signal }) as Promise<UndiciResponse>,
      accept: (answer) => answer,
    }),
    status: ({ statusCode }) => statusCode,
    headers: (answer) => headersOf(answer.headers),
    errorCode: (answer) => (answer.statusCode === 429 ? undiciErrorCode(answer, headersOf(answer.headers)) : undefined),
    discard: ({ body }) => {
      body.on('error', () => {});
      void body.dump({ limit: MAX_DUMPED_BYTES }).catch(() => {});
    },
  };
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
