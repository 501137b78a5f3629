import { type Bridge, type CallKey, retryAfterMsOf } from '@crossbridge/core';
import type { UpstreamRule } from '@crossbridge/core/config';
import { guardStream, isEventStream } from '../sse/guard-stream.ts';
import { InBandFailure } from '../sse/stream-failure.ts';
import type { StreamOptions } from '../sse/stream-options.ts';
import { StreamWatch } from '../sse/stream-watch.ts';
import { generates, isAiSdk } from './ai-request.ts';
import { HttpFailure, httpFailureOf } from './http-failure.ts';
import { runAsAttempt } from './one-authority.ts';
import { quotasOf } from './quota.ts';
import { type Fetch, isIdempotent, type OutgoingRequest } from './request.ts';

/** How requests of one kind are sent. */
export interface Sending extends Pick<UpstreamRule, 'operation' | 'idempotent'> {
  readonly fetch: Fetch;
  readonly bridge: Bridge;
  readonly streams: StreamOptions;
}

/** One request under way. */
export interface Sent {
  readonly response: Promise<Response>;
  /** Requests made so far. */
  attempts(): number;
  /** How long the server wants to be left alone, from now on. */
  askedWaitMs(): number;
  /** Whether the response is an answer, rather than the last failure. */
  answered(): boolean;
}

/** What a call brings beside its request. */
export interface CallOptions {
  readonly key: CallKey | undefined;
  readonly maxAttempts?: number | undefined;
  readonly deadlineMs?: number | undefined;
}

/** Sends a request under the policies of its operation. */
export function send(
  { fetch, bridge, operation, idempotent, streams }: Sending,
  request: OutgoingRequest,
  { key, maxAttempts, deadlineMs }: CallOptions,
): Sent {
  let attempts = 0;
  let running = 0;
  let notBeforeMs = 0;
  let answered = false;
  const watch = new StreamWatch<Response>(operation, streams);
  const { guard = 'auto' } = streams;
  const guards = guard === 'auto' ? isAiSdk(request) || generates(request) : guard;
  const failed = new Set<Response>();
  // A connection goes back to the pool only when its body is read or cancelled.
  const discardFailed = (kept?: Response): void => {
    for (const response of failed) if (response !== kept) void response.body?.cancel().catch(() => {});
    failed.clear();
  };
  const call = bridge.run(
    operation,
    async ({ attempt, signal }) => {
      attempts = attempt;
      // Beside an attempt that still runs, a failure before it may yet be the answer.
      if (running === 0) discardFailed();
      const both = request.signal === undefined ? signal : AbortSignal.any([request.signal, signal]);
      running += 1;
      try {
        const begun = watch.attempt(attempt, both);
        const response = await runAsAttempt(() => request.send(fetch, both));
        for (const quota of quotasOf(response, Date.now())) bridge.noteQuota(operation, quota);
        if (response.status < 400) {
          if (!guards || !isEventStream(response)) return response;
          return await begun((limits, ended) => guardStream(response, limits, ended));
        }
        failed.add(response);
        notBeforeMs = performance.now() + (retryAfterMsOf(response.headers, Date.now()) ?? 0);
        throw await httpFailureOf(response);
      } catch (error) {
        if (error instanceof InBandFailure) failed.add(error.answer as Response);
        throw error;
      } finally {
        running -= 1;
      }
    },
    {
      key,
      deadlineMs,
      signal: request.signal,
      idempotent:
        idempotent === 'auto' ? isIdempotent(request) || (isAiSdk(request) && generates(request)) : idempotent,
      maxAttempts: request.replayable ? maxAttempts : 1,
      target: request.url.host,
    },
  );
  const response = call.then(
    (answer) => {
      discardFailed();
      watch.give(answer);
      answered = true;
      return answer;
    },
    (error: unknown) => {
      const kept = responseOf(error);
      discardFailed(kept);
      if (kept !== undefined) return kept;
      throw error;
    },
  );
  return {
    response,
    attempts: () => attempts,
    askedWaitMs: () => Math.max(0, notBeforeMs - performance.now()),
    answered: () => answered,
  };
}

/** The response that a failure stands for; undefined when there was none. */
function responseOf(error: unknown): Response | undefined {
  if (error instanceof InBandFailure) return error.answer as Response;
  return error instanceof HttpFailure ? error.response : undefined;
}
