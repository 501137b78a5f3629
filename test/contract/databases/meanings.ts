import { type ErrorExplanation, explainError } from '@crossbridge/core';

/** The outcomes that errors of databases can have, with what the policies make of them. */
export const NOT_EXECUTED = { class: 'not_executed', retryable: true, notExecuted: true, breaker: 'failure' } as const;
export const ROLLED_BACK = { class: 'rolled_back', retryable: true, notExecuted: true, breaker: 'success' } as const;
export const UNKNOWN = { class: 'unknown_outcome', retryable: true, notExecuted: false, breaker: 'failure' } as const;
export const PERMANENT = { class: 'permanent', retryable: false, breaker: 'success' } as const;
/** The application asked for it, or the application is what is overloaded. */
export const OWN_DOING = { breaker: 'ignored' } as const;
export const NO_RETRY = { retryable: false } as const;

/** What CrossBridge makes of the error that the promise rejects with. */
export async function failureOf(promise: PromiseLike<unknown>): Promise<ErrorExplanation> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return explainError(error);
  }
  throw new Error(`It should have failed, and gave ${JSON.stringify(value)}`);
}
