import type { Bulkhead } from '../bulkhead/bulkhead.ts';
import type { Clock, Timer } from '../clock.ts';
import type { TimeoutConfig } from '../config/types.ts';
import { DeadlineExceededError } from '../errors.ts';
import type { PlainCall } from '../observer.ts';
import { type CallKey, shownKey } from '../rate-limit/call-key.ts';
import { type LimitSet, NO_LIMITS } from '../rate-limit/limit-set.ts';
import type { AttemptTimeline } from '../retry/attempts-of.ts';
import type { RunOptions } from '../run-options.ts';
import type { CallRetry } from './call-retry.ts';

/** How much of a call is told to observers. `plain`: nothing, as long as it goes through at once. */
export type Telling = 'nothing' | 'plain' | 'all';

/** One call under way: what observers see of it, and its one deadline. */
export class Call implements PlainCall {
  readonly operation: string;
  readonly rateLimitKey: CallKey | undefined;
  readonly cost: number;
  readonly signal: AbortSignal | undefined;
  readonly idempotent: boolean;
  readonly maxAttempts: number | undefined;
  /** Whether it is not retried because a call around it is. */
  readonly nested: boolean;
  /** What is called, where each target has a breaker of its own. */
  readonly target: string | undefined;
  /** The retry policy that the caller asked for; null for none, undefined for that of the operation. */
  retry: CallRetry | null | undefined;
  readonly startedAtMs: number;
  /** Milliseconds from the start to the deadline; Infinity without one. */
  readonly budgetMs: number;
  /** Whether the caller asked for the deadline, rather than the config. */
  readonly deadlineIsCallers: boolean;
  attempts = 0;
  limiterMs = 0;
  queueMs = 0;
  attemptMs = 0;
  backoffMs = 0;
  /** Known at the end, of a plain call. */
  durationMs = 0;
  telling: Telling = 'nothing';
  /** Whether it runs in the contexts of the observers. */
  scoped = false;
  /** While it is plain, the limits that have admitted the call and its attempt. */
  callLimits: LimitSet = NO_LIMITS;
  attemptLimits: LimitSet = NO_LIMITS;
  /** The last failure of the callee, kept as the cause of whatever of ours ends the call. */
  lastError: unknown;
  /** How long the wait before its last retry was meant to take. */
  lastDelayMs = 0;
  /** The attempts that have failed; undefined until the first has. */
  timeline: AttemptTimeline | undefined;
  /** The bulkhead whose slot it holds. */
  slot: Bulkhead | undefined;
  /** The timer that tells of a total timeout in shadow mode. */
  watch: Timer | undefined;
  readonly #clock: Clock;

  constructor(operation: string, timeout: TimeoutConfig, options: Omit<RunOptions, 'fallback'>, clock: Clock) {
    this.operation = operation;
    this.rateLimitKey = options.key;
    this.cost = options.cost ?? 1;
    this.signal = options.signal;
    this.idempotent = options.idempotent ?? true;
    this.nested = options.nested ?? false;
    this.maxAttempts = this.nested ? 1 : options.maxAttempts;
    this.target = options.target;
    const totalMs = timeout.mode === 'enforce' && timeout.totalMs !== null ? timeout.totalMs : Number.POSITIVE_INFINITY;
    const deadlineMs = options.deadlineMs ?? Number.POSITIVE_INFINITY;
    this.budgetMs = Math.min(totalMs, deadlineMs);
    this.deadlineIsCallers = deadlineMs < totalMs;
    this.#clock = clock;
    this.startedAtMs = clock.now();
  }

  /** The key as one string, for observers. */
  get key(): string | undefined {
    return this.rateLimitKey === undefined ? undefined : shownKey(this.rateLimitKey);
  }

  get rateLimits(): readonly string[] {
    const { names } = this.callLimits;
    const { names: further } = this.attemptLimits;
    if (further.length === 0) return names;
    return names.length === 0 ? further : [...names, ...further];
  }

  /** Milliseconds until the deadline; Infinity without one. */
  get remainingMs(): number {
    if (this.budgetMs === Number.POSITIVE_INFINITY) return this.budgetMs;
    return this.startedAtMs + this.budgetMs - this.#clock.now();
  }

  /** Whether the call has waited for nothing yet, so that the time is still that of its start. */
  get untouched(): boolean {
    return this.attempts <= 1 && this.limiterMs === 0 && this.queueMs === 0;
  }

  get aborted(): boolean {
    return this.signal?.aborted === true;
  }

  /** Throws the caller's own reason, or our deadline error, when there is nothing left to run for. */
  assertAlive(): void {
    if (this.aborted) throw this.signal?.reason;
    // At the very start all the time is left, and a look at the clock is a good part of what a call costs.
    const leftMs = this.attempts === 0 && this.untouched ? this.budgetMs : this.remainingMs;
    if (leftMs <= 0) throw this.deadlineError();
  }

  deadlineError(): DeadlineExceededError {
    return new DeadlineExceededError(this.operation, this.budgetMs, this.lastError);
  }
}
