import { member } from './usage.ts';

/** What a provider says went wrong, in a stream that began well. */
export interface InBandError {
  readonly message: string;
  readonly code: string | undefined;
  readonly type: string | undefined;
  /** Some gateways put the status in the place of a code. */
  readonly status: number | undefined;
}

/** Reads the error in the data of an event; undefined when it has none. */
export function inBandErrorIn(json: unknown): InBandError | undefined {
  const error = member(json, 'error') ?? member(member(json, 'response'), 'error') ?? bareError(json);
  if (typeof error === 'string' && error !== '')
    return { message: error, code: undefined, type: undefined, status: undefined };
  if (typeof error !== 'object' || error === null) return undefined;
  const code = member(member(error, 'details'), 'error_code') ?? member(error, 'code');
  const status = Number(member(error, 'statusCode') ?? code ?? member(error, 'status'));
  return {
    message: text(member(error, 'message')) ?? 'no message',
    code: text(code),
    type: text(member(error, 'type')),
    status: Number.isInteger(status) && status >= 400 && status <= 599 ? status : undefined,
  };
}

/** The Responses API has the error itself as the event. */
function bareError(json: unknown): unknown {
  return member(json, 'type') === 'error' ? json : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
