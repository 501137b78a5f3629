import { AsyncLocalStorage } from 'node:async_hooks';
import type { OutgoingRequest } from './request.ts';

/** What is left of one call of an AI SDK, over all the requests that the SDK makes of it. */
export interface SdkCall {
  /** Attempts that the operation's policy still allows. */
  attemptsLeft: number;
  /** The end of the call, when it was an exception and nothing is left: every further request gets the same. */
  error: unknown;
  /** Before this time (monotonic, in milliseconds) the server does not want to be asked again. */
  notBeforeMs: number;
}

const calls = new AsyncLocalStorage<SdkCall>();

/**
 * The call that a request of an SDK belongs to. An SDK answers every exception of `fetch`, its own timer included, by sending the
 * request again, and nothing in `fetch` can tell it not to; the second request is then the same call going on. So attempts
 * never multiply, and the application still sees the SDK's own connection error with the real one as its cause.
 *
 * The call is kept in the asynchronous context that the SDK's own loop goes on in, since nothing in the requests themselves
 * tells two calls apart that ask for the same. Must be called before the first `await` of `fetch`.
 */
export function sdkCallOf(request: OutgoingRequest, maxAttempts: number): SdkCall {
  const resend = Number(request.headers.get('x-stainless-retry-count') ?? 0) > 0;
  const known = resend ? calls.getStore() : undefined;
  if (known !== undefined) return known;
  // A resend whose call is not known has had attempts already, how many nobody knows: one is the least that is fair.
  const call: SdkCall = { attemptsLeft: resend ? 1 : maxAttempts, error: undefined, notBeforeMs: 0 };
  calls.enterWith(call);
  return call;
}
