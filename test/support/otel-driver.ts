import type {
  AttemptKind,
  AttemptOutcome,
  BreakerState,
  BridgeEvent,
  CallInfo,
  CallOutcome,
  DelaySource,
  HedgeDecision,
  Observer,
  PolicyMode,
  RetryDecision,
} from '@crossbridge/core';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Milliseconds since 1970 that only move when told to. */
export class FakeNow {
  ms = 1_700_000_000_000;
  readonly now = (): number => this.ms;

  advance(ms: number): void {
    this.ms += ms;
  }
}

export interface CallPlan {
  readonly operation?: string;
  readonly key?: string;
  readonly time?: FakeNow;
}

export interface Ending {
  readonly outcome: CallOutcome;
  readonly errorType?: string;
}

export const SUCCESS: Ending = { outcome: 'success' };

export interface AttemptPlan {
  /** Default: the first attempt of a call is its initial one, and every later one a retry. */
  readonly kind?: AttemptKind;
  readonly durationMs?: number;
  readonly outcome?: AttemptOutcome;
  readonly errorType?: string;
  readonly run?: () => unknown;
  /** Wraps the entrance into the attempt, as a queue that resumes it from elsewhere does. */
  readonly enterFrom?: (enter: () => Promise<void>) => Promise<void>;
}

/** Runs one call past an observer, telling it what core's pipeline would. */
export async function driveCall(
  observer: Observer,
  plan: CallPlan,
  body: (call: DrivenCall) => Promise<Ending> | Ending,
): Promise<void> {
  const call = new DrivenCall(observer, plan);
  const next = async (): Promise<void> => {
    call.tell({ type: 'call.started', call: call.info });
    const { outcome, errorType } = await body(call);
    const durationMs = call.time.ms - call.info.startedAtMs;
    call.tell({ type: 'call.ended', call: call.info, outcome, errorType, durationMs });
  };
  await (observer.around?.({ kind: 'call', call: call.info }, next) ?? next());
}

export class DrivenCall {
  readonly info: Writable<CallInfo>;
  readonly time: FakeNow;
  readonly #observer: Observer;

  constructor(observer: Observer, plan: CallPlan) {
    this.#observer = observer;
    this.time = plan.time ?? new FakeNow();
    this.info = {
      operation: plan.operation ?? 'search',
      key: plan.key,
      attempts: 0,
      startedAtMs: this.time.ms,
      limiterMs: 0,
      queueMs: 0,
      attemptMs: 0,
      backoffMs: 0,
    };
  }

  tell(event: BridgeEvent): void {
    this.#observer.on?.(event);
  }

  limit(decision: {
    readonly result?: 'admitted' | 'throttled' | 'cancelled';
    readonly waitMs?: number;
    readonly retryAfterMs?: number;
    readonly mode?: PolicyMode;
  }): void {
    const { result = 'admitted', waitMs = 0, retryAfterMs = 0, mode = 'enforce' } = decision;
    this.time.advance(waitMs);
    this.info.limiterMs += waitMs;
    const limited = { rateLimit: this.info.operation, limit: 60, remaining: 0 };
    this.tell({ type: 'rate_limit.decided', call: this.info, ...limited, result, mode, waitMs, retryAfterMs });
  }

  queue(waitMs: number): void {
    this.time.advance(waitMs);
    this.info.queueMs += waitMs;
    this.tell({ type: 'bulkhead.admitted', call: this.info, waitMs });
  }

  refuseByBulkhead(mode: PolicyMode = 'enforce', queuedMs = 0): void {
    this.time.advance(queuedMs);
    this.info.queueMs += queuedMs;
    this.tell({ type: 'bulkhead.rejected', call: this.info, mode });
  }

  refuseByBreaker(mode: PolicyMode = 'enforce'): void {
    this.tell({ type: 'circuit_breaker.rejected', call: this.info, mode });
  }

  moveBreaker(from: BreakerState, to: BreakerState, target?: string): void {
    const { operation } = this.info;
    this.tell({ type: 'circuit_breaker.changed', operation, from, to, target, call: this.info });
  }

  async attempt(plan: AttemptPlan = {}): Promise<void> {
    const { durationMs = 5, outcome = 'success', errorType, run, enterFrom = (enter) => enter() } = plan;
    this.info.attempts += 1;
    const attempt = this.info.attempts;
    const kind = plan.kind ?? (attempt === 1 ? 'initial' : 'retry');
    const next = async (): Promise<void> => {
      this.tell({ type: 'attempt.started', call: this.info, attempt, kind });
      await run?.();
      this.time.advance(durationMs);
      this.info.attemptMs += durationMs;
      this.tell({ type: 'attempt.ended', call: this.info, attempt, kind, outcome, errorType, durationMs });
    };
    const scope = { kind: 'attempt', call: this.info, attempt, attemptKind: kind } as const;
    await enterFrom(() => this.#observer.around?.(scope, next) ?? next());
  }

  fail(errorType: string, durationMs = 5, run?: () => unknown): Promise<void> {
    return this.attempt({ outcome: 'error', errorType, durationMs, ...(run === undefined ? {} : { run }) });
  }

  /** Decides about the attempt that failed last and, when it decides to retry, waits. */
  decide(decision: RetryDecision, errorType: string, delayMs = 0, source: DelaySource = 'backoff'): void {
    const attempt = this.info.attempts;
    const mode = 'enforce';
    this.tell({ type: 'retry.decided', call: this.info, attempt, decision, mode, errorType, delayMs, source });
    this.time.advance(delayMs);
    this.info.backoffMs += delayMs;
  }

  /** Decides as {@link decide}, in shadow mode: whatever it decides, nothing follows. */
  decideInShadow(decision: RetryDecision, errorType: string, delayMs = 0): void {
    const decided = { attempt: this.info.attempts, decision, mode: 'shadow', errorType, delayMs } as const;
    this.tell({ type: 'retry.decided', call: this.info, ...decided, source: 'backoff' });
  }

  /** Decides about the attempt that was started last. A hedge is made with {@link attempt}. */
  hedge(decision: HedgeDecision, delayMs = 50, mode: PolicyMode = 'enforce'): void {
    this.tell({ type: 'hedge.decided', call: this.info, attempt: this.info.attempts, decision, mode, delayMs });
  }

  runOutOfTime(scope: 'attempt' | 'total', limitMs: number, mode: PolicyMode = 'enforce'): void {
    this.tell({ type: 'timeout.exceeded', call: this.info, scope, mode, limitMs });
  }

  fallBack(errorType: string): void {
    this.tell({ type: 'fallback.used', call: this.info, errorType });
  }
}
