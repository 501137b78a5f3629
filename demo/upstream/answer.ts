import type { OutgoingHttpHeaders } from 'node:http';

/** A complete JSON answer. */
export interface JsonAnswer {
  readonly kind: 'json';
  readonly status: number;
  readonly body: unknown;
  readonly headers?: OutgoingHttpHeaders;
}

/** A stream of server-sent events, one JSON value or `[DONE]` per event. */
export interface EventsAnswer {
  readonly kind: 'events';
  readonly events: readonly string[];
  /** Milliseconds between two events. */
  readonly intervalMs: number;
}

export type Answer = JsonAnswer | EventsAnswer;

/** The answer when all is well. */
export function ok(body: unknown): JsonAnswer {
  return { kind: 'json', status: 200, body };
}

/** An error as the OpenAI API words it. `param` names the offending field of the request. */
export function openAIError(
  status: number,
  message: string,
  options: { readonly type?: string; readonly param?: string; readonly code?: string } = {},
): JsonAnswer {
  const { type = 'invalid_request_error', param = null, code = null } = options;
  return { kind: 'json', status, body: { error: { message, type, param, code } } };
}
