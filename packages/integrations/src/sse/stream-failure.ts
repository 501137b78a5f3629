import type { InBandError } from './in-band-error.ts';

/**
 * A stream that answered with an error in the place of its content, on its way through the policies. It never reaches the application: that
 * gets the answer, as it would have without them.
 */
export class InBandFailure<A = Response> extends Error {
  /** What the application would have got. Not `response`: the status of that would be taken for the status of the error. */
  readonly answer: A;
  readonly headers: unknown;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly type: string | undefined;

  constructor(answer: A, { message, status, code, type }: InBandError, headers?: unknown) {
    // A provider checks a question before it begins to answer: whatever stops it afterwards is taken for a fault of its own, unless it is known.
    super(message, { cause: Object.assign(new Error('The stream began with an error'), { code: 'server_error' }) });
    this.name = 'InBandFailure';
    this.answer = answer;
    this.headers = headers;
    this.status = status;
    this.code = code;
    this.type = type;
  }
}
