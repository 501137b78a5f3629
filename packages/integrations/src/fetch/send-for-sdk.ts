import { isCrossbridgeError } from '@crossbridge/core';
import { isStainless } from './ai-request.ts';
import type { Sent } from './attempts.ts';
import { asFinal, refusalResponse } from './refusal.ts';
import type { Fetch, OutgoingRequest } from './request.ts';
import { type SdkCall, sdkCallOf } from './sdk-call.ts';

/** Sends one of the requests of a call of an AI SDK, of whose attempts no more are made than are left. */
export async function sendForSdk(
  request: OutgoingRequest,
  call: SdkCall,
  send: (maxAttempts: number) => Sent<Response>,
): Promise<Response> {
  if (call.attemptsLeft <= 0) throw call.error;
  await until(call.notBeforeMs, request.signal);
  const sent = send(call.attemptsLeft);
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

/** Hands on a request that is part of an attempt which is retried: an AI SDK's own retries of it would multiply that. */
export function passOn(request: OutgoingRequest, fetch: Fetch): Promise<Response> {
  const send = (): Promise<Response> => request.send(fetch, request.signal ?? new AbortController().signal);
  if (!isStainless(request)) return send();
  const once = { attempts: () => 1, askedWaitMs: () => 0, answered: () => true };
  return sendForSdk(request, sdkCallOf(request, 1), () => ({ response: send(), ...once }));
}

/** A refusal becomes a response, from which the SDK makes its own error. */
export async function refusalAsResponse(response: Promise<Response>, request: OutgoingRequest): Promise<Response> {
  try {
    return await response;
  } catch (error) {
    const refusal = isCrossbridgeError(error) ? refusalResponse(error, request.url) : undefined;
    if (refusal === undefined) throw error;
    return refusal;
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
