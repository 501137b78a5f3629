import { type CrossbridgeError, type CrossbridgeErrorCode, withLastWord } from '@crossbridge/core';

/** How a refusal looks to a client that understands HTTP only. */
const STATUS_OF: Partial<Record<CrossbridgeErrorCode, number>> = {
  rate_limited: 429,
  bulkhead_full: 503,
  circuit_open: 503,
  attempt_timeout: 504,
  deadline_exceeded: 504,
  stream_stalled: 504,
  stream_truncated: 502,
};

/**
 * A refusal as the response of a provider, so that an AI SDK raises its own error class for it (a `RateLimitError`, say) and does not
 * try again. Undefined for errors that are no refusals.
 */
export function refusalResponse(error: CrossbridgeError, url: URL): Response | undefined {
  const status = STATUS_OF[error.code];
  if (status === undefined) return undefined;
  const headers = new Headers({ 'x-should-retry': 'false' });
  if (error.retryAfterMs !== undefined) {
    headers.set('retry-after-ms', String(Math.ceil(error.retryAfterMs)));
    headers.set('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
  }
  const { message, code } = error;
  // OpenAI's SDK reads `code`, Anthropic's `details`.
  const body = {
    type: 'error',
    error: { message, type: 'crossbridge', code, param: null, details: { error_code: code } },
  };
  const response = Response.json(body, { status, headers });
  Object.defineProperty(response, 'url', { value: url.href });
  return response;
}

/** Not the global class: the `fetch` may have brought its own. */
function classOf(response: Response): Response {
  return Object.getPrototypeOf(response);
}

/** The same response, with the word to the SDK that its own retries would only multiply ours. */
export function asFinal(response: Response): Response {
  const headers = withLastWord(response.headers);
  // The headers of a fetched response cannot be changed, and a new Response would lose its url and its type.
  return Object.defineProperties(response, {
    headers: { value: headers, enumerable: true },
    clone: { value: () => asFinal(classOf(response).clone.call(response)) },
  });
}
