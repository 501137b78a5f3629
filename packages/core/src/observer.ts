import type {
  AttemptKind,
  AttemptOutcome,
  BreakerState,
  CallOutcome,
  DelaySource,
  HedgeDecision,
  PolicyMode,
  RetryDecision,
} from './event-values.ts';
import type { HealthStatus } from './health/status.ts';
import type { StoreFact } from './rate-limit/shared/store-state.ts';

export type * from './event-values.ts';

/**
 * One execution of an operation. The same object appears in every scope and event of the call, so an observer may key its
 * own state on it (a `WeakMap` is enough). Durations are in milliseconds and final once `call.ended` was told.
 */
export interface CallInfo {
  /** Bounded by config, so it may be a metric attribute. */
  readonly operation: string;
  /** For whom the call is made. Unbounded: never a metric attribute. */
  readonly key: string | undefined;
  /** Attempts started so far; 0 when the call was refused before the first. */
  readonly attempts: number;
  /** Milliseconds of the monotonic clock. */
  readonly startedAtMs: number;
  /** Time spent waiting for the rate limit. */
  readonly limiterMs: number;
  /** Time spent waiting for the bulkhead. */
  readonly queueMs: number;
  /** Time spent inside attempts. */
  readonly attemptMs: number;
  /** Time spent waiting between attempts. */
  readonly backoffMs: number;
}

/**
 * A call that went through at once: no wait, no refusal, nothing that shadow mode would have done, one attempt, and that succeeded. Its
 * `attemptMs` is how long that attempt took.
 */
export interface PlainCall extends CallInfo {
  readonly durationMs: number;
  /** The limits that admitted it, none of them in shadow mode. Names that are bounded by config. */
  readonly rateLimits: readonly string[];
}

/** The whole call: rate limit, queue, every attempt and the waits between them. */
export interface CallScope {
  readonly kind: 'call';
  readonly call: CallInfo;
  /**
   * `startedAtMs` of the call, where that is a reading of `performance.now()`; undefined on a bridge with a clock of its own. An observer that
   * keeps the same time needs no reading of its own: all that the call takes counts from this one.
   */
  readonly performanceMs?: number | undefined;
}

/** One run of the wrapped function. `attempt` is 1 for the first. */
export interface AttemptScope {
  readonly kind: 'attempt';
  readonly call: CallInfo;
  readonly attempt: number;
  readonly attemptKind: AttemptKind;
}

export type Scope = CallScope | AttemptScope;

/** Facts, told in the order in which they happen, in the asynchronous context of the call they belong to. */
export type BridgeEvent =
  | { readonly type: 'call.started'; readonly call: CallInfo }
  | {
      readonly type: 'rate_limit.decided';
      readonly call: CallInfo;
      /** Name of the limit, bounded by config. */
      readonly rateLimit: string;
      readonly result: 'admitted' | 'throttled' | 'cancelled';
      readonly mode: PolicyMode;
      readonly waitMs: number;
      readonly limit: number;
      readonly remaining: number;
      /** 0 when admitted. */
      readonly retryAfterMs: number;
    }
  | StoreFact
  | { readonly type: 'bulkhead.admitted'; readonly call: CallInfo; readonly waitMs: number }
  | { readonly type: 'bulkhead.rejected'; readonly call: CallInfo; readonly mode: PolicyMode }
  | { readonly type: 'circuit_breaker.rejected'; readonly call: CallInfo; readonly mode: PolicyMode }
  | {
      readonly type: 'circuit_breaker.changed';
      readonly operation: string;
      readonly from: BreakerState;
      readonly to: BreakerState;
      /** Whose breaker it is, where each target has its own. Unbounded: never a metric attribute. */
      readonly target: string | undefined;
      /** The call whose result or arrival moved the breaker; undefined when an operator did. */
      readonly call: CallInfo | undefined;
    }
  | { readonly type: 'attempt.started'; readonly call: CallInfo; readonly attempt: number; readonly kind: AttemptKind }
  | {
      readonly type: 'attempt.ended';
      readonly call: CallInfo;
      readonly attempt: number;
      readonly kind: AttemptKind;
      readonly outcome: AttemptOutcome;
      /** From a closed set (status codes, codes of ours, bounded class names, `_OTHER`); undefined on success. */
      readonly errorType: string | undefined;
      readonly durationMs: number;
    }
  | {
      readonly type: 'retry.decided';
      readonly call: CallInfo;
      /** The attempt that failed. */
      readonly attempt: number;
      readonly decision: RetryDecision;
      /** In `shadow` mode `retried` means that it would have been: the failure was the end of the call. */
      readonly mode: PolicyMode;
      readonly errorType: string;
      /** How long the call waits before the next attempt; 0 unless `retried`. */
      readonly delayMs: number;
      readonly source: DelaySource;
    }
  | {
      /** Time ran out, of an attempt or of the whole call; in `shadow` mode it went on. */
      readonly type: 'timeout.exceeded';
      readonly call: CallInfo;
      readonly scope: 'attempt' | 'total';
      readonly mode: PolicyMode;
      readonly limitMs: number;
    }
  | {
      /** An attempt has taken as long as the hedge waits. */
      readonly type: 'hedge.decided';
      readonly call: CallInfo;
      /** The attempt that takes long. */
      readonly attempt: number;
      readonly decision: HedgeDecision;
      readonly mode: PolicyMode;
      readonly delayMs: number;
    }
  | {
      /** The caller's fallback answered in the place of a failure. Told before `call.ended`, whose outcome is that of the failure. */
      readonly type: 'fallback.used';
      readonly call: CallInfo;
      readonly errorType: string;
    }
  | {
      readonly type: 'config.reloaded';
      readonly result: 'applied' | 'rejected';
      /** Operations whose policies changed. */
      readonly changed: readonly string[];
      readonly call: undefined;
    }
  | {
      /** A health check has a result, of a probe or of what calls showed. */
      readonly type: 'health.checked';
      readonly check: string;
      /** Of this one result, before thresholds. */
      readonly status: HealthStatus;
      readonly durationMs: number;
      readonly call: undefined;
    }
  | {
      /** The settled status of a check changed, or it began or ceased to flap. */
      readonly type: 'health.changed';
      readonly check: string;
      readonly from: HealthStatus;
      readonly to: HealthStatus;
      readonly flapping: boolean;
      /** Why, for people. Secrets are redacted. */
      readonly message: string;
      readonly call: undefined;
    }
  | {
      readonly type: 'health.overall_changed';
      readonly from: HealthStatus;
      readonly to: HealthStatus;
      readonly call: undefined;
    }
  | {
      /** Degraded mode switched features of the application. */
      readonly type: 'features.changed';
      readonly enabled: readonly string[];
      readonly disabled: readonly string[];
      readonly call: undefined;
    }
  | {
      readonly type: 'call.ended';
      readonly call: CallInfo;
      readonly outcome: CallOutcome;
      readonly errorType: string | undefined;
      readonly durationMs: number;
    };

/**
 * What watches a bridge. Every member is optional. An observer can slow or break nothing: whatever it throws is
 * reported once and swallowed, and the call goes on as if the observer were not there.
 */
export interface Observer {
  /**
   * Runs a call or an attempt inside a context of the observer's own (an active span, say).
   * Must call `next` once, synchronously, and return what it returns: core keeps its own record of `next`'s result, so
   * whatever an observer does to it changes nothing for the application.
   */
  around?<T>(scope: Scope, next: () => Promise<T>): Promise<T>;
  /** Told each fact once. Synchronous; must not throw. */
  on?(event: BridgeEvent): void;
  /**
   * Whether there is anything to watch for now. Asked when a call begins, and good for that call; default: always. While no observer
   * wants anything, calls cost what they cost without any.
   *
   * `plain` is for those to whom an ordinary call is one fact. When nobody wants more, a call is told by {@link plain} alone, and costs hardly
   * more than one that nobody watches. If anything else comes of it, all that has happened so far is told by {@link on} at that moment,
   * in order, and the call goes on event by event; of `rate_limit.decided` the `remaining` is then that of the moment. Such calls run
   * in no {@link around}; with `scoped` they do, and so do their attempts from then on. Whoever comes to want more is heard by calls that
   * begin afterwards.
   */
  wants?(): boolean | 'plain' | 'scoped';
  /** Told the end of a call of which nothing was told before. Synchronous; must not throw. */
  plain?(call: PlainCall): void;
}
