import {
  assertOptions,
  type Bridge,
  isCrossbridgeError,
  isProbe,
  optionNames,
  refuseOption,
  retryAfterMsOf,
} from '@crossbridge/core';
import type { UpstreamRule } from '@crossbridge/core/config';
import { HttpFailure, httpFailureOf } from './http-failure.ts';
import { compileUpstreams, type UpstreamMatcher } from './match.ts';
import { quotasOf } from './quota.ts';
import { asFinal, refusalResponse } from './refusal.ts';
import { type Fetch, isIdempotent, type OutgoingRequest, readRequest, targetOf } from './request.ts';
import { isAiSdk, type SdkCall, sdkCallOf } from './sdk-call.ts';

export interface HardenFetchOptions {
  /** The bridge whose operations the requests belong to. */
  readonly bridge: Bridge;
  /** Which request belongs to which operation. Default: the bridge's own `upstreams`. */
  readonly upstreams?: readonly UpstreamRule[];
  /** Puts every request under this operation, whatever it asks for. Wins over `upstreams`. */
  readonly operation?: string;
  /** With `operation`: whether its requests may be sent twice. Default `auto`. */
  readonly idempotent?: boolean | 'auto';
}

const WHOSE = 'hardenFetch';

const NAMES = optionNames<HardenFetchOptions>({ bridge: true, upstreams: true, operation: true, idempotent: true });

/**
 * Wraps a `fetch` so that the requests which match a rule run under the policies of its operation; all others pass untouched.
 *
 * - A response with an error status that is worth another try is retried; when the attempts run out the last real response is
 *   returned, as it would have been without us. Bodies of responses that are not returned are cancelled.
 * - Requests that must not run twice are repeated only after failures that show that they never ran. A body that is a stream
 *   is sent once.
 * - A refusal rejects with a `CrossbridgeError`; to an AI SDK it is a response with status 429, 503 or 504, so that it raises
 *   its own error class.
 * - An AI SDK's own retries do not multiply ours: see {@link sdkCallOf}.
 *
 * @throws InvalidArgumentError that names the option, what was given and what is expected
 */
export function hardenFetch(fetch: Fetch, options: HardenFetchOptions): Fetch {
  assertHardenFetchOptions(fetch, options);
  const { bridge, operation } = options;
  const match: (method: string, url: URL) => Target | undefined =
    operation === undefined
      ? matcherOf(() => options.upstreams ?? bridge.config.upstreams)
      : () => ({ operation, idempotent: options.idempotent ?? 'auto' });
  return function hardenedFetch(input, init) {
    const target = targetOf(input, init);
    const rule = target === undefined ? undefined : match(target.method, target.url);
    // A health check asks how the upstream is, not how its calls fare under the policies.
    if (target === undefined || rule === undefined || isProbe()) return fetch(input, init);
    let request: OutgoingRequest;
    try {
      request = readRequest(input, init, target);
    } catch (error) {
      // What `fetch` itself would have answered to options that make no request.
      return Promise.reject(error);
    }
    if (!isAiSdk(request)) return send(fetch, bridge, rule, request, undefined).response;
    const retry = bridge.config.operations[rule.operation]?.retry ?? null;
    // Without a retry policy of ours the SDK keeps its own retries, each of them a call.
    return retry === null
      ? refusalAsResponse(send(fetch, bridge, rule, request, undefined).response, request)
      : sendForSdk(fetch, bridge, rule, request, sdkCallOf(request, retry.maxAttempts));
  };
}

function assertHardenFetchOptions(fetch: unknown, options: HardenFetchOptions): void {
  if (typeof fetch !== 'function') refuseOption('The first argument', WHOSE, 'a fetch function', fetch);
  assertOptions(options, NAMES, WHOSE);
  const { upstreams, operation, idempotent } = options;
  // Not by its class: another copy of the package makes bridges, too.
  const bridge = options.bridge as Partial<Bridge> | null | undefined;
  if (typeof bridge?.run !== 'function') refuseOption('bridge', WHOSE, 'a bridge (see createBridge)', bridge);
  if (operation !== undefined && (typeof operation !== 'string' || operation === '')) {
    refuseOption('operation', WHOSE, 'a non-empty string', operation);
  }
  if (idempotent !== undefined && typeof idempotent !== 'boolean' && idempotent !== 'auto') {
    refuseOption('idempotent', WHOSE, 'true, false or "auto"', idempotent);
  }
  if (upstreams === undefined) return;
  if (!Array.isArray(upstreams)) refuseOption('upstreams', WHOSE, 'a list of rules', upstreams);
  for (const [index, rule] of upstreams.entries()) {
    if (typeof rule?.operation === 'string' && typeof rule.match === 'object' && rule.match !== null) continue;
    refuseOption(`upstreams[${index}]`, WHOSE, 'a rule with match and operation', rule);
  }
}

/** Compiles the rules again when a reload of the config has replaced them. */
function matcherOf(upstreams: () => readonly UpstreamRule[]): UpstreamMatcher {
  let compiled: { readonly rules: readonly UpstreamRule[]; readonly match: UpstreamMatcher } | undefined;
  return (method, url) => {
    const rules = upstreams();
    if (compiled?.rules !== rules) compiled = { rules, match: compileUpstreams(rules) };
    return compiled.match(method, url);
  };
}

type Target = Pick<UpstreamRule, 'operation' | 'idempotent'>;

interface Sent {
  readonly response: Promise<Response>;
  /** Requests made so far. */
  attempts(): number;
  /** How long the server wants to be left alone, from now on. */
  askedWaitMs(): number;
}

function send(
  fetch: Fetch,
  bridge: Bridge,
  rule: Target,
  request: OutgoingRequest,
  maxAttempts: number | undefined,
): Sent {
  let attempts = 0;
  let running = 0;
  let notBeforeMs = 0;
  const failed = new Set<Response>();
  // A connection goes back to the pool only when its body is read or cancelled.
  const discardFailed = (kept?: Response): void => {
    for (const response of failed) if (response !== kept) void response.body?.cancel().catch(() => {});
    failed.clear();
  };
  const call = bridge.run(
    rule.operation,
    async ({ attempt, signal }) => {
      attempts = attempt;
      // Beside an attempt that still runs, a failure before it may yet be the answer.
      if (running === 0) discardFailed();
      const both = request.signal === undefined ? signal : AbortSignal.any([request.signal, signal]);
      running += 1;
      try {
        const response = await request.send(fetch, both);
        for (const quota of quotasOf(response, Date.now())) bridge.noteQuota(rule.operation, quota);
        if (response.status < 400) return response;
        failed.add(response);
        notBeforeMs = performance.now() + (retryAfterMsOf(response.headers, Date.now()) ?? 0);
        throw await httpFailureOf(response);
      } finally {
        running -= 1;
      }
    },
    {
      signal: request.signal,
      idempotent: rule.idempotent === 'auto' ? isIdempotent(request) || isAiSdk(request) : rule.idempotent,
      maxAttempts: request.replayable ? maxAttempts : 1,
      target: request.url.host,
    },
  );
  const response = call.then(
    (answer) => {
      discardFailed();
      return answer;
    },
    (error: unknown) => {
      const kept = error instanceof HttpFailure ? error.response : undefined;
      discardFailed(kept);
      if (kept !== undefined) return kept;
      throw error;
    },
  );
  return { response, attempts: () => attempts, askedWaitMs: () => Math.max(0, notBeforeMs - performance.now()) };
}

async function sendForSdk(
  fetch: Fetch,
  bridge: Bridge,
  rule: Target,
  request: OutgoingRequest,
  call: SdkCall,
): Promise<Response> {
  if (call.attemptsLeft <= 0) throw call.error;
  await until(call.notBeforeMs, request.signal);
  const sent = send(fetch, bridge, rule, request, call.attemptsLeft);
  try {
    const final = await refusalAsResponse(sent.response, request);
    return final.status < 400 ? final : asFinal(final);
  } catch (error) {
    // Only the SDK's own timer, seen as an abort, leaves attempts over: whatever else ended the call has had its say.
    const goesOn = request.signal?.aborted === true;
    call.attemptsLeft = goesOn ? call.attemptsLeft - sent.attempts() : 0;
    call.notBeforeMs = performance.now() + sent.askedWaitMs();
    call.error = error;
    throw error;
  }
}

/** What a server has asked for is waited out even where the SDK's own timer has cut the wait before. */
async function until(timeMs: number, signal: AbortSignal | undefined): Promise<void> {
  const waitMs = timeMs - performance.now();
  if (waitMs <= 0) return;
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const end = (): void => {
      signal?.removeEventListener('abort', abort);
      resolve();
    };
    const timer = setTimeout(end, waitMs);
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
  });
}

async function refusalAsResponse(response: Promise<Response>, request: OutgoingRequest): Promise<Response> {
  try {
    return await response;
  } catch (error) {
    const refusal = isCrossbridgeError(error) ? refusalResponse(error, request.url) : undefined;
    if (refusal === undefined) throw error;
    return refusal;
  }
}
