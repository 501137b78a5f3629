import type { BreakerMeaning, ErrorClass } from '../classification/error-class.ts';
import type { AttemptOutcome } from '../observer.ts';

/** What an attempt says about the load of the callee; `ignored` says nothing. */
export type LoadOutcome = 'success' | 'overload' | 'ignored';

/** Values of `error.type` with which a callee, or what stands before it, says that it cannot keep up. */
const OVERLOAD_TYPES: ReadonlySet<string> = new Set([
  '408',
  '429',
  '503',
  '504',
  '529',
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'CONNECT_TIMEOUT',
  // PostgreSQL and MySQL: too many connections. MongoDB's label.
  '53300',
  '1040',
  '1203',
  'SystemOverloadedError',
  'overloaded_error',
  'server_is_overloaded',
  'timeout_error',
  // Another bulkhead of ours, around what this callee is made of.
  'bulkhead_full',
]);

/** How an attempt was judged. */
export interface JudgedAttempt {
  readonly outcome: AttemptOutcome;
  /** What the circuit breaker makes of it. */
  readonly result: BreakerMeaning;
  readonly errorType: string | undefined;
  readonly errorClass?: ErrorClass | undefined;
}

/**
 * Timeouts, throttling and messages of overload are overload. A failure of another kind tells nothing, because its latency is not that
 * of the work; nor does an attempt that somebody cancelled, or whose caller had no time for it.
 */
export function loadOutcome({ outcome, result, errorType, errorClass }: JudgedAttempt): LoadOutcome {
  if (outcome === 'success') return 'success';
  if (outcome === 'timeout') return result === 'failure' ? 'overload' : 'ignored';
  if (outcome === 'cancelled') return 'ignored';
  return errorClass === 'throttled' || (errorType !== undefined && OVERLOAD_TYPES.has(errorType))
    ? 'overload'
    : 'ignored';
}
