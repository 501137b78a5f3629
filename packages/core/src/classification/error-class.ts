/**
 * What an error says about the request that failed. From safest to repeat to pointless to repeat:
 *
 * - `not_executed`: the other side certainly did not act
 * - `rolled_back`: it acted and took everything back; what is repeated must be the whole transaction
 * - `throttled`: it refused because of its rate limit
 * - `transient`: it answered that it failed; whether it acted is open
 * - `unknown_outcome`: its answer was lost; whether it acted is open
 * - `permanent`: the same request will fail the same way
 * - `money`: an account is empty or a spend limit reached; waiting refills neither
 * - `refused`: CrossBridge itself refused the call
 * - `cancelled`: somebody on our side ended it
 * - `program`: an error of the calling program
 * - `unclassified`: nothing is known
 */
export type ErrorClass =
  | 'not_executed'
  | 'rolled_back'
  | 'throttled'
  | 'transient'
  | 'unknown_outcome'
  | 'permanent'
  | 'money'
  | 'refused'
  | 'cancelled'
  | 'program'
  | 'unclassified';

/** What the circuit breaker makes of an error: a failure, a success (the other side answered), or nothing at all. */
export type BreakerMeaning = 'failure' | 'success' | 'ignored';

export const BREAKER_MEANINGS: readonly BreakerMeaning[] = ['failure', 'success', 'ignored'];

/** What the policies do about an error. */
export interface ErrorMeaning {
  /** Whether another try can help. */
  readonly retryable: boolean;
  /** Whether it is certain that nothing was done, so that even a request that must not run twice may be repeated. */
  readonly notExecuted: boolean;
  readonly breaker: BreakerMeaning;
}

/** The meaning of each class where its rule says nothing else. */
export const MEANINGS: Readonly<Record<ErrorClass, ErrorMeaning>> = {
  not_executed: { retryable: true, notExecuted: true, breaker: 'failure' },
  // The server works: it chose a victim among its clients.
  rolled_back: { retryable: true, notExecuted: true, breaker: 'success' },
  // The server is up, and we are too many.
  throttled: { retryable: true, notExecuted: true, breaker: 'success' },
  transient: { retryable: true, notExecuted: false, breaker: 'failure' },
  unknown_outcome: { retryable: true, notExecuted: false, breaker: 'failure' },
  permanent: { retryable: false, notExecuted: false, breaker: 'success' },
  money: { retryable: false, notExecuted: false, breaker: 'success' },
  refused: { retryable: false, notExecuted: true, breaker: 'ignored' },
  cancelled: { retryable: false, notExecuted: false, breaker: 'ignored' },
  program: { retryable: false, notExecuted: false, breaker: 'ignored' },
  unclassified: { retryable: false, notExecuted: false, breaker: 'failure' },
};

export function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === 'string' && Object.hasOwn(MEANINGS, value);
}
