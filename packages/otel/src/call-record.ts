import type { BreakerState, CallInfo, RetryDecision } from '@crossbridge/core';
import type { Context, Span } from '@opentelemetry/api';
import type { RateLimitResult } from './bridge-state.ts';
import type { CallPosition } from './call-context.ts';

/** What the spans of one call under way need to remember. Times are in milliseconds of the observer's clock. */
export interface CallRecord {
  readonly call: CallInfo;
  /** Whose record it is, as long as the call is under way: several observers may watch one call. */
  owner: object | undefined;
  /** That of another observer. */
  older: CallRecord | undefined;
  span: Span;
  /** The context around the call. */
  readonly outer: Context;
  /** Carries the call's span and position. */
  context: Context;
  /**
   * The position of the call, which is that of its first attempt too unless that has a span of its own: before it no code of the application
   * runs inside the call.
   */
  readonly first: AttemptRecord;
  /** False when the call is not sampled: then only its context matters, unless it is kept later. */
  recording: boolean;
  /** Whether the span is ours to end, rather than that of an AI SDK which stands for the same call. */
  readonly own: boolean;
  /** Whether the sampler had dropped the call and it hurt. */
  kept: boolean;
  readonly startedAt: number;
  /** Whether that is core's own reading, from which all that it says the call took counts. */
  readonly timedByCore: boolean;
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

/** The span of a call at its beginning. */
export interface BegunSpan {
  readonly span: Span;
  /** The context around the call. */
  readonly outer: Context;
  /** Whether the span is ours to end. */
  readonly own: boolean;
}

export interface AttemptRecord extends CallPosition {
  /** A span that was live during the attempt, when there is one. */
  readonly span: Span | undefined;
}

export function newCallRecord(
  first: AttemptRecord,
  { span, outer, own }: BegunSpan,
  context: Context,
  startedAt: number,
  timedByCore: boolean,
): CallRecord {
  const recording = span.isRecording();
  return {
    call: first.call,
    owner: undefined,
    older: undefined,
    span,
    outer,
    context,
    first,
    recording,
    own,
    startedAt,
    timedByCore,
    kept: false,
    attempts: recording && first.attempt === 1 ? [first] : [],
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
