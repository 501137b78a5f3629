import type { BreakerState, CallInfo, RetryDecision } from '@crossbridge/core';
import type { Context, Span } from '@opentelemetry/api';
import type { RateLimitResult } from './bridge-state.ts';
import type { CallPosition } from './call-context.ts';

/** What the spans of one call under way need to remember. Times are in milliseconds of the observer's clock. */
export interface CallRecord {
  readonly call: CallInfo;
  readonly span: Span;
  /** Carries the call's span and position. */
  readonly context: Context;
  /** False when the call is not sampled: then only its context matters. */
  readonly recording: boolean;
  readonly startedAt: number;
  /** Attempts under way: several when one of them is a hedge. */
  readonly attempts: AttemptRecord[];
  /** Whether the call has ended. An attempt that lost against its hedge may end later still. */
  ended: boolean;
  backoffStartedAt: number | undefined;
  /** When the bulkhead refused the call. */
  refusedAt: number | undefined;
  /** Parts of the waits that spans stand for already. */
  limiterShownMs: number;
  queueShownMs: number;
  rateLimitResult: RateLimitResult | undefined;
  retryDecision: RetryDecision | undefined;
  /** The state into which the call itself moved a breaker last. */
  breakerState: BreakerState | undefined;
}

export interface AttemptRecord extends CallPosition {
  /** A span that was live during the attempt, when there is one. */
  readonly span: Span | undefined;
}

export function newCallRecord(
  start: Pick<CallRecord, 'call' | 'span' | 'context' | 'recording' | 'startedAt'>,
): CallRecord {
  return {
    ...start,
    attempts: [],
    ended: false,
    backoffStartedAt: undefined,
    refusedAt: undefined,
    limiterShownMs: 0,
    queueShownMs: 0,
    rateLimitResult: undefined,
    retryDecision: undefined,
    breakerState: undefined,
  };
}
