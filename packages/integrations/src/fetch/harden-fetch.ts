import type { UpstreamRule } from '@crossbridge/core/config';
import { isStainless } from './ai-request.ts';
import { currentKey } from './call-key.ts';
import { compileUpstreams, type UpstreamMatcher } from './match.ts';
import { passesBy } from './one-authority.ts';
import { assertHardenFetchOptions, type HardenFetchOptions } from './options.ts';
import { type Fetch, type OutgoingRequest, readRequest, targetOf } from './request.ts';
import { sdkCallOf } from './sdk-call.ts';
import type { Sent } from './send.ts';
import { refusalAsResponse, sendForSdk } from './send-for-sdk.ts';
import { sendMetered } from './send-metered.ts';
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
 * - An AI SDK's own retries do not multiply ours: see {@link sdkCallOf}. Nor does one hardened `fetch` multiply another that it wraps: the
 *   outermost is in charge.
 * - A streamed answer of an AI provider counts as answered when its first content comes: until then the attempt goes on, with its timeout, and
 *   an error, a stall or a cut is a failed attempt. Afterwards neither the attempt's nor the total timeout ends it, and it holds no slot of the
 *   bulkhead; it fails when it stalls (`StreamStalledError`) or breaks off (`StreamTruncatedError`), of which breaker and budget are not told.
 *
 * @throws InvalidArgumentError that names the option, what was given and what is expected
 */
export function hardenFetch(fetch: Fetch, options: HardenFetchOptions): Fetch {
  assertHardenFetchOptions(fetch, options);
  const { bridge, operation, streams = {}, tokens } = options;
  const meter = tokens === undefined ? undefined : new TokenMeter(bridge, tokens);
  const match: (method: string, url: URL) => Target | undefined =
    operation === undefined
      ? matcherOf(() => options.upstreams ?? bridge.config.upstreams)
      : () => ({ operation, idempotent: options.idempotent ?? 'auto' });
  return function hardenedFetch(input, init) {
    const target = targetOf(input, init);
    const rule = target === undefined ? undefined : match(target.method, target.url);
    if (target === undefined || rule === undefined || passesBy()) return fetch(input, init);
    let request: OutgoingRequest;
    try {
      request = readRequest(input, init, target);
    } catch (error) {
      // What `fetch` itself would have answered to options that make no request.
      return Promise.reject(error);
    }
    const sending = { fetch, bridge, streams, operation: rule.operation, idempotent: rule.idempotent };
    const key = currentKey(options.key);
    const send = (maxAttempts?: number): Sent => sendMetered(sending, meter, request, { key, maxAttempts });
    if (!isStainless(request)) return send().response;
    const retry = bridge.config.operations[rule.operation]?.retry ?? null;
    // Without a retry policy of ours, or with one that only watches, the SDK keeps its own retries, each of them a call.
    return retry === null || retry.mode === 'shadow'
      ? refusalAsResponse(send().response, request)
      : sendForSdk(request, sdkCallOf(request, retry.maxAttempts), send);
  };
}

type Target = Pick<UpstreamRule, 'operation' | 'idempotent'>;

/** Compiles the rules again when a reload of the config has replaced them. */
function matcherOf(upstreams: () => readonly UpstreamRule[]): UpstreamMatcher {
  let compiled: { readonly rules: readonly UpstreamRule[]; readonly match: UpstreamMatcher } | undefined;
  return (method, url) => {
    const rules = upstreams();
    if (compiled?.rules !== rules) compiled = { rules, match: compileUpstreams(rules) };
    return compiled.match(method, url);
  };
}
