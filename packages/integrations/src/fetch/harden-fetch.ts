import { authorityOver, isRetriedAround } from '@crossbridge/core';
import { isStainless } from './ai-request.ts';
import type { Sent } from './attempts.ts';
import { currentKey } from './call-key.ts';
import { markHardened } from './hardened-mark.ts';
import { assertHardenFetchOptions, type HardenFetchOptions } from './options.ts';
import { type Fetch, type OutgoingRequest, readRequest, targetOf } from './request.ts';
import { targetMatcher } from './rules.ts';
import { sdkCallOf } from './sdk-call.ts';
import { passOn, refusalAsResponse, sendForSdk } from './send-for-sdk.ts';
import { sendWatched } from './send-watched.ts';
import { TokenMeter } from './token-meter.ts';

/**
 * Wraps a `fetch` so that the requests which match a rule run under the policies of its operation; all others pass untouched.
 *
 * - A response with an error status that is worth another try is retried; when the attempts run out the last real response is
 *   returned, as it would have been without us. Bodies of responses that are not returned are cancelled.
 * - Requests that must not run twice are repeated only after failures that show that they never ran. A body that is a stream
 *   is sent once.
 * - A refusal rejects with a `CrossbridgeError`; to an AI SDK it is a response with status 429, 502, 503 or 504, so that it raises
 *   its own error class.
 * - An AI SDK's own retries do not multiply ours: see {@link sdkCallOf}. Nor does one hardened `fetch` multiply another that it wraps, or a call
 *   that its requests are part of: see `authorityOver`.
 * - A streamed answer of an AI provider counts as answered when its first content comes: until then the attempt goes on, with its timeout, and
 *   an error, a stall or a cut is a failed attempt. Afterwards neither the attempt's nor the total timeout ends it, and it holds no slot of the
 *   bulkhead; it fails when it stalls (`StreamStalledError`) or breaks off (`StreamTruncatedError`), of which breaker and budget are not told.
 *
 * Other implementations of `fetch` than the global one will do: that of the package `undici`, `node-fetch` (whose streamed answers are not
 * guarded).
 *
 * @throws InvalidArgumentError that names the option, what was given and what is expected
 */
export function hardenFetch(fetch: Fetch, options: HardenFetchOptions): Fetch {
  assertHardenFetchOptions(fetch, options);
  const { bridge, streams = {}, tokens } = options;
  const meter = tokens === undefined ? undefined : new TokenMeter(bridge, tokens);
  const match = targetMatcher(options);
  const hardened: Fetch = function hardenedFetch(input, init) {
    const target = targetOf(input, init);
    const rule = target === undefined ? undefined : match(target.method, target.url);
    if (target === undefined || rule === undefined) return fetch(input, init);
    const authority = authorityOver(rule.operation, 'http');
    if (authority === 'none' && !isRetriedAround('http')) return fetch(input, init);
    let request: OutgoingRequest;
    try {
      request = readRequest(input, init, target);
    } catch (error) {
      // What `fetch` itself would have answered to options that make no request.
      return Promise.reject(error);
    }
    if (authority === 'none') return passOn(request, fetch);
    const sending = { fetch, bridge, streams, operation: rule.operation, idempotent: rule.idempotent };
    const call = { key: currentKey(options.key), nested: authority === 'once' };
    const send = (maxAttempts?: number): Sent<Response> =>
      sendWatched(sending, meter, request, { ...call, maxAttempts });
    if (!isStainless(request)) return send().response;
    const retry = bridge.config.operations[rule.operation]?.retry || null;
    // Without a retry policy of ours, or with one that only watches, the SDK keeps its own retries, each of them a call.
    return !call.nested && (retry === null || retry.mode === 'shadow')
      ? refusalAsResponse(send().response, request)
      : sendForSdk(request, sdkCallOf(request, call.nested ? 1 : (retry?.maxAttempts ?? 1)), send);
  };
  // Who wraps functions in turn looks at how many parameters they have.
  return markHardened(Object.defineProperty(hardened, 'length', { value: fetch.length, configurable: true }));
}
