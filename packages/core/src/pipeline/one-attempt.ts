import { loadOutcome } from '../bulkhead/load-outcome.ts';
import type { BreakerPermit, BreakerResult, CircuitBreaker } from '../circuit-breaker/circuit-breaker.ts';
import type { ErrorClass } from '../classification/error-class.ts';
import { CircuitOpenError, isCrossbridgeError } from '../errors.ts';
import type { AttemptKind, AttemptOutcome } from '../observer.ts';
import { AttemptTimeline } from '../retry/attempts-of.ts';
import type { Attempt, AttemptFunction } from './attempt.ts';
import type { Call } from './call.ts';
import type { Operation } from './operation.ts';
import { takeTokens } from './take-tokens.ts';

/** An attempt that the policies let through, not yet running. */
export interface AdmittedAttempt {
  readonly number: number;
  readonly kind: AttemptKind;
  readonly breaker: CircuitBreaker | undefined;
  readonly permit: BreakerPermit | undefined;
}

/** Ends an attempt because another one beside it has won. Nobody sees it: the call has its answer. */
export class HedgeLost extends Error {
  constructor() {
    super('Another attempt of the same call answered first');
    this.name = 'AbortError';
  }
}

/**
 * Asks the breaker and, where they count attempts, the rate limits.
 *
 * @throws CircuitOpenError or RateLimitExceeded
 */
export function admitAttempt(operation: Operation, call: Call, kind: AttemptKind): AdmittedAttempt {
  const pass = askBreaker(operation, call);
  try {
    void takeTokens(operation, call, 'attempt', false);
  } catch (error) {
    giveBack(pass, error);
  }
  return numbered(call, kind, pass);
}

/** {@link admitAttempt}, waiting for tokens where the limits let a call wait. Returns a promise only then. */
export function admitOrWait(
  operation: Operation,
  call: Call,
  kind: AttemptKind,
): AdmittedAttempt | Promise<AdmittedAttempt> {
  const pass = askBreaker(operation, call);
  try {
    const tokens = takeTokens(operation, call, 'attempt');
    if (tokens !== undefined) {
      return tokens.then(
        () => numbered(call, kind, pass),
        (error: unknown) => giveBack(pass, error),
      );
    }
  } catch (error) {
    giveBack(pass, error);
  }
  return numbered(call, kind, pass);
}

type BreakerPass = Pick<AdmittedAttempt, 'breaker' | 'permit'>;

function askBreaker(operation: Operation, call: Call): BreakerPass {
  const breaker = operation.breakerFor(call.target);
  return { breaker, permit: breaker === undefined ? undefined : takePermit(operation, call, breaker) };
}

function giveBack({ breaker, permit }: BreakerPass, error: unknown): never {
  if (permit !== undefined) breaker?.record(permit, 'ignored');
  throw error;
}

function numbered(call: Call, kind: AttemptKind, { breaker, permit }: BreakerPass): AdmittedAttempt {
  call.attempts += 1;
  return { number: call.attempts, kind, breaker, permit };
}

function takePermit(operation: Operation, call: Call, breaker: CircuitBreaker): BreakerPermit | undefined {
  const permit = operation.tryAcquire(breaker, call);
  if (permit !== undefined) return permit;
  const mode = operation.config.circuitBreaker?.mode ?? 'enforce';
  operation.environment.notifier.tell({ type: 'circuit_breaker.rejected', call, mode });
  if (mode === 'shadow') return undefined;
  throw new CircuitOpenError(operation.name, breaker.state, breaker.retryAfterMs);
}

/** Starts an admitted attempt inside the contexts of the observers. {@link endAttempt} must be told how it ended. */
export function beginAttempt<T>(
  operation: Operation,
  call: Call,
  { number, kind }: AdmittedAttempt,
  attempt: Attempt,
  fn: AttemptFunction<T>,
): T | PromiseLike<T> {
  const { notifier } = operation.environment;
  if (!notifier.active) return start(operation, call, attempt, fn);
  return notifier.around({ kind: 'attempt', call, attempt: number, attemptKind: kind }, async () => {
    notifier.tell({ type: 'attempt.started', call, attempt: number, kind });
    return await start(operation, call, attempt, fn);
  });
}

/** Tells breaker, bulkhead and observers how an attempt ended: with `failure`, or well without one. */
export function endAttempt(
  operation: Operation,
  call: Call,
  admitted: AdmittedAttempt,
  startedAtMs: number,
  endedAtMs: number,
  failure: { readonly error: unknown } | undefined,
): void {
  const { notifier } = operation.environment;
  const { number, kind, breaker, permit } = admitted;
  const judgement = failure === undefined ? SUCCESS : judge(operation, call, failure.error);
  const { outcome, errorType, result } = judgement;
  const durationMs = endedAtMs - startedAtMs;
  call.attemptMs += durationMs;
  if (permit !== undefined && breaker !== undefined) operation.record(breaker, permit, result, durationMs, call);
  if (operation.bulkhead?.adapts === true) operation.bulkhead.observe(durationMs, loadOutcome(judgement));
  if (failure !== undefined) {
    const { error } = failure;
    call.timeline ??= new AttemptTimeline();
    call.timeline.add({ attempt: number, kind, startedAtMs, durationMs, outcome, errorType, error });
  }
  if (!notifier.active) return;
  if (outcome === 'timeout') tellTimeout(operation, call, failure?.error);
  notifier.tell({ type: 'attempt.ended', call, attempt: number, kind, outcome, errorType, durationMs });
}

/** Where nothing can end the attempt before its function does, the function's own promise is all there is to wait for. */
function start<T>(operation: Operation, call: Call, attempt: Attempt, fn: AttemptFunction<T>): T | PromiseLike<T> {
  const { timeout, hedge } = operation.config;
  const unbounded = timeout.attemptMs === null && call.budgetMs === Number.POSITIVE_INFINITY;
  if (unbounded && call.signal === undefined && hedge === null) return fn(attempt);
  const { clock, notifier } = operation.environment;
  return attempt.run(fn, timeout, clock, (limitMs) =>
    notifier.tell({ type: 'timeout.exceeded', call, scope: 'attempt', mode: 'shadow', limitMs }),
  );
}

interface Judgement {
  readonly outcome: AttemptOutcome;
  readonly errorType: string | undefined;
  readonly errorClass?: ErrorClass;
  readonly result: BreakerResult;
}

const SUCCESS: Judgement = { outcome: 'success', errorType: undefined, result: 'success' };

function judge(operation: Operation, call: Call, error: unknown): Judgement {
  if (call.aborted || error instanceof HedgeLost) {
    return { outcome: 'cancelled', errorType: 'cancelled', result: 'ignored' };
  }
  const { type, class: errorClass, breaker } = operation.environment.classify(error);
  const code = isCrossbridgeError(error) && error.operation === call.operation ? error.code : undefined;
  const late = code === 'deadline_exceeded';
  return {
    outcome: late || code === 'attempt_timeout' ? 'timeout' : 'error',
    errorType: type,
    errorClass,
    // A callee that did not answer within the configured time has failed; one whose caller had no time for it has not.
    result: late && !call.deadlineIsCallers ? 'failure' : breaker,
  };
}

function tellTimeout(operation: Operation, call: Call, error: unknown): void {
  const attempt = isCrossbridgeError(error) && error.code === 'attempt_timeout';
  const limitMs = attempt ? (operation.config.timeout.attemptMs ?? 0) : call.budgetMs;
  operation.environment.notifier.tell({
    type: 'timeout.exceeded',
    call,
    scope: attempt ? 'attempt' : 'total',
    mode: 'enforce',
    limitMs,
  });
}
