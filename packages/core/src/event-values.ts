/** How a call ended, as the application sees it. Exactly one per call. */
export type CallOutcome =
  | 'success'
  /** The callee failed and nothing was left to try. */
  | 'error'
  /** Refused by one of our own rate limits. */
  | 'throttled'
  /** Refused by the bulkhead or the circuit breaker. */
  | 'rejected'
  /** An attempt timeout or the deadline ended it. */
  | 'timeout'
  /** The caller aborted it. */
  | 'cancelled';

/** How one attempt ended. */
export type AttemptOutcome = 'success' | 'error' | 'timeout' | 'cancelled';

/** Whether a decision was carried out, or only recorded (`shadow`). */
export type PolicyMode = 'enforce' | 'shadow';

export type BreakerState = 'closed' | 'open' | 'half_open' | 'isolated';

/** Why an attempt that failed was, or was not, followed by another. */
export type RetryDecision =
  | 'retried'
  | 'exhausted'
  | 'not_retryable'
  | 'budget_empty'
  | 'deadline'
  /** The breaker is open and would refuse the next attempt, so none is made. */
  | 'circuit_open'
  /** The call is part of an attempt of another, which is retried as a whole. */
  | 'nested'
  | 'cancelled';

/** What an attempt is to its call: the first, one after a failure, or one beside an attempt that takes long. */
export type AttemptKind = 'initial' | 'retry' | 'hedge';

/** Whether an attempt that took long got a second one beside it. */
export type HedgeDecision = 'hedged' | 'budget_empty' | 'circuit_open' | 'throttled' | 'not_idempotent';

/** Who chose the length of a wait before a retry. */
export type DelaySource = 'backoff' | 'retry_after';
