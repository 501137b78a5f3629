import type { Bridge } from '@crossbridge/core';
import { guardStream, isEventStream } from '../sse/guard-stream.ts';
import type { StreamOptions } from '../sse/stream-options.ts';
import { StreamWatch } from '../sse/stream-watch.ts';
import { generates, isAiSdk } from './ai-request.ts';
import { type CallOptions, type Exchange, type Sent, sendAttempts } from './attempts.ts';
import { discardBody } from './discard-body.ts';
import { errorCodeOf } from './http-failure.ts';
import { type Fetch, isIdempotent, type OutgoingRequest } from './request.ts';
import type { Target } from './rules.ts';

/** How requests of one kind are sent. */
export interface Sending extends Target {
  readonly fetch: Fetch;
  readonly bridge: Bridge;
  readonly streams: StreamOptions;
}

/** Sends a request of `fetch` under the policies of its operation. */
export function send(sending: Sending, request: OutgoingRequest, options: CallOptions): Sent<Response> {
  const { bridge, operation, streams } = sending;
  const watch = new StreamWatch<Response>(operation, streams);
  const sent = sendAttempts(bridge, operation, exchangeOf(sending, request, watch), options);
  const response = sent.response.then((answer) => {
    if (sent.answered()) watch.give(answer);
    return answer;
  });
  return { ...sent, response };
}

function exchangeOf(
  { fetch, idempotent, streams: { guard = 'auto' } }: Sending,
  request: OutgoingRequest,
  watch: StreamWatch<Response>,
): Exchange<Response> {
  const { signal, replayable, url } = request;
  const guards = guard === 'auto' ? isAiSdk(request) || generates(request) : guard;
  return {
    signal,
    replayable,
    host: url.host,
    idempotent: idempotent === 'auto' ? isIdempotent(request) || (isAiSdk(request) && generates(request)) : idempotent,
    attempt(attempt, both) {
      const begun = watch.attempt(attempt, both);
      return {
        send: () => request.send(fetch, both),
        accept: (response) =>
          guards && isEventStream(response) ? begun((limits, ended) => guardStream(response, limits, ended)) : response,
      };
    },
    status: ({ status }) => status,
    headers: ({ headers }) => headers,
    errorCode: (response) => (response.status === 429 ? errorCodeOf(response) : undefined),
    discard: discardBody,
  };
}
