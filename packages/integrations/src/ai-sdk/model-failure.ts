import { inBandErrorIn } from '../sse/in-band-error.ts';
import { member } from '../sse/usage.ts';

/**
 * An error of a provider of the AI SDK on its way through the policies, with what they have to know of it where they look for it. It never
 * reaches the application: that gets the error itself.
 */
class ModelFailure extends Error {
  readonly thrown: unknown;
  readonly status: number | undefined;
  readonly headers: unknown;
  readonly code: string | undefined;
  readonly type: string | undefined;

  constructor(thrown: unknown, status: number) {
    super(`HTTP ${status}`, { cause: member(thrown, 'cause') });
    this.name = 'ModelFailure';
    const said = inBandErrorIn(member(thrown, 'data')) ?? inBandErrorIn(parse(member(thrown, 'responseBody')));
    this.thrown = thrown;
    // A success that could not be read: not its status, but what happened to it, says what it means.
    this.status = status >= 400 ? status : undefined;
    this.headers = member(thrown, 'responseHeaders');
    this.code = said?.code;
    this.type = said?.type;
  }
}

/** What the policies shall judge: an answer in a form that they know, anything else as it is. */
export function asFailure(error: unknown): unknown {
  const status = member(error, 'statusCode');
  return typeof status === 'number' ? new ModelFailure(error, status) : error;
}

/**
 * The error that the application shall get, as the same object. The AI SDK would repeat the call for one that says that it may be: where the
 * policies have had their say, it does not say so any longer.
 *
 * @param final whether they have
 */
export function asThrown(failure: unknown, final: boolean): unknown {
  const error = failure instanceof ModelFailure ? failure.thrown : failure;
  if (final && member(error, 'isRetryable') === true) {
    Object.defineProperty(error, 'isRetryable', { value: false, enumerable: true, configurable: true, writable: true });
  }
  return error;
}

function parse(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
