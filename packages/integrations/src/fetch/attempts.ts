import { type Bridge, type CallKey, retryAfterMsOf, runAsAttempt } from '@crossbridge/core';
import { InBandFailure } from '../sse/stream-failure.ts';
import { HttpFailure } from './http-failure.ts';
import { quotasOf } from './quota.ts';

/** One request, by whichever client, and what has to be known of its answers. */
export interface Exchange<R> {
  /** The caller's own signal. */
  readonly signal: AbortSignal | undefined;
  /** Whether sending it twice does no more than sending it once. */
  readonly idempotent: boolean;
  /** False when the body can be read only once. */
  readonly replayable: boolean;
  readonly host: string | undefined;
  /** Prepares one attempt; `signal` is the caller's and that of the policies in one. */
  attempt(attempt: number, signal: AbortSignal): ExchangeAttempt<R>;
  status(answer: R): number;
  headers(answer: R): Headers;
  /** What an answer with an error status says is the code of the error, where that is worth reading. */
  errorCode(answer: R): string | undefined | Promise<string | undefined>;
  /** Gives the connection of an answer that nobody will read back to its pool. Must not throw. */
  discard(answer: R): void;
}

export interface ExchangeAttempt<R> {
  send(): Promise<R>;
  /** What the application gets of an answer without an error status. */
  accept(answer: R): R | Promise<R>;
}

/** One request under way. */
export interface Sent<R> {
  readonly response: Promise<R>;
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
  /** See `authorityOver`. */
  readonly nested?: boolean | undefined;
}

/** Sends a request under the policies of an operation. When the attempts run out, the last real answer is returned. */
export function sendAttempts<R>(
  bridge: Bridge,
  operation: string,
  exchange: Exchange<R>,
  { key, maxAttempts, deadlineMs, nested }: CallOptions,
): Sent<R> {
  let attempts = 0;
  let running = 0;
  let notBeforeMs = 0;
  let answered = false;
  const failed = new Set<R>();
  // A connection goes back to the pool only when its body is read or cancelled.
  const discardFailed = (kept?: R): void => {
    for (const answer of failed) if (answer !== kept) exchange.discard(answer);
    failed.clear();
  };
  const call = bridge.run(
    operation,
    async (context) => {
      attempts = context.attempt;
      // Beside an attempt that still runs, a failure before it may yet be the answer.
      if (running === 0) discardFailed();
      const signal =
        exchange.signal === undefined ? context.signal : AbortSignal.any([exchange.signal, context.signal]);
      running += 1;
      try {
        const attempt = exchange.attempt(context.attempt, signal);
        const answer = await runAsAttempt('http', () => attempt.send());
        const status = exchange.status(answer);
        const headers = exchange.headers(answer);
        for (const quota of quotasOf({ status, headers }, Date.now())) bridge.noteQuota(operation, quota);
        if (status < 400) return await attempt.accept(answer);
        failed.add(answer);
        notBeforeMs = performance.now() + (retryAfterMsOf(headers, Date.now()) ?? 0);
        throw new HttpFailure(answer, status, headers, await exchange.errorCode(answer));
      } catch (error) {
        if (error instanceof InBandFailure) failed.add(error.answer as R);
        throw error;
      } finally {
        running -= 1;
      }
    },
    {
      key,
      deadlineMs,
      nested,
      signal: exchange.signal,
      idempotent: exchange.idempotent,
      maxAttempts: exchange.replayable ? maxAttempts : 1,
      target: exchange.host,
    },
  );
  const response = call.then<R, R>(
    (answer) => {
      discardFailed();
      answered = true;
      return answer;
    },
    (error: unknown) => {
      const failure = error instanceof HttpFailure || error instanceof InBandFailure ? error : undefined;
      const kept = failure?.answer as R | undefined;
      discardFailed(kept);
      if (failure !== undefined) return kept as R;
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
