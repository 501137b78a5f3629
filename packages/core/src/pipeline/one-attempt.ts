import { loadOutcome } from '../bulkhead/load-outcome.ts';
import type { BreakerPermit, BreakerResult, CircuitBreaker } from '../circuit-breaker/circuit-breaker.ts';
import { isA } from '../classification/error-chain.ts';
import type { ErrorClass } from '../classification/error-class.ts';
import { CircuitOpenError, isCrossbridgeError, RefusalError } from '../errors.ts';
import type { AttemptKind, AttemptOutcome } from '../observer.ts';
import { AttemptTimeline } from '../retry/attempts-of.ts';
import type { Attempt, AttemptFunction, ShadowTimeout } from './attempt.ts';
import type { Call } from './call.ts';
import type { Operation } from './operation.ts';
import { askForTokens, type TokenAnswer } from './take-tokens.ts';
import { tell } from './tell.ts';

const NO_BREAKER: BreakerPass = { breaker: undefined, permit: undefined };

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
 * Asks the breaker and, where they count attempts, the rate limits; waits for nothing. Returns the refusal of the one that refuses: to throw it would
 * cost as much as all the rest of it.
 */
export function admitAttempt(operation: Operation, call: Call, kind: AttemptKind): AdmittedAttempt | RefusalError {
  const pass = askBreaker(operation, call);
  if (pass instanceof CircuitOpenError) return pass;
  // Who is not patient is given no promise.
  const refusal = attemptTokens(operation, call, pass, false) as RefusalError | undefined;
  return refusal ?? numbered(call, kind, pass);
}

/** {@link admitAttempt}, waiting for tokens where the limits let a call wait. Returns a promise only then, which rejects with refusals. */
export function admitOrWait(
  operation: Operation,
  call: Call,
  kind: AttemptKind,
): AdmittedAttempt | RefusalError | Promise<AdmittedAttempt> {
  const pass = askBreaker(operation, call);
  if (pass instanceof CircuitOpenError) return pass;
  const tokens = attemptTokens(operation, call, pass, true);
  if (tokens === undefined) return numbered(call, kind, pass);
  if (tokens instanceof RefusalError) return tokens;
  return tokens.then(
    () => numbered(call, kind, pass),
    (error: unknown) => {
      giveBack(pass);
      throw error;
    },
  );
}

type BreakerPass = Pick<AdmittedAttempt, 'breaker' | 'permit'>;

function askBreaker(operation: Operation, call: Call): BreakerPass | CircuitOpenError {
  const breaker = operation.breakerFor(call.target);
  if (breaker === undefined) return NO_BREAKER;
  const permit = operation.tryAcquire(breaker, call);
  if (permit !== undefined) return { breaker, permit };
  const { notifier } = operation.environment;
  const mode = operation.config.circuitBreaker?.mode ?? 'enforce';
  tell(notifier, call, { type: 'circuit_breaker.rejected', call, mode });
  if (mode === 'shadow') return NO_BREAKER;
  return new CircuitOpenError(operation.name, breaker.state, breaker.retryAfterMs);
}

/** Whoever gets no tokens needs no permit of the breaker either. */
function attemptTokens(operation: Operation, call: Call, pass: BreakerPass, patient: boolean): TokenAnswer {
  try {
    const tokens = askForTokens(operation, call, 'attempt', patient);
    if (tokens instanceof RefusalError) giveBack(pass);
    return tokens;
  } catch (error) {
    giveBack(pass);
    throw error;
  }
}

function giveBack({ breaker, permit }: BreakerPass): void {
  if (permit !== undefined) breaker?.record(permit, 'ignored');
}

function numbered(call: Call, kind: AttemptKind, { breaker, permit }: BreakerPass): AdmittedAttempt {
  call.attempts += 1;
  return { number: call.attempts, kind, breaker, permit };
}

/** Starts an admitted attempt inside the contexts of the observers. {@link endAttempt} must be told how it ended. */
export function beginAttempt<T>(
  operation: Operation,
  call: Call,
  { number, kind }: AdmittedAttempt,
  attempt: Attempt,
  fn: AttemptFunction<T>,
): T | PromiseLike<T> {
  const { notifier, clock } = operation.environment;
  if (call.telling !== 'all') return start(operation, call, attempt, attempt.startedAtMs, fn);
  if (!call.scoped) {
    notifier.tell({ type: 'attempt.started', call, attempt: number, kind });
    return start(operation, call, attempt, attempt.startedAtMs, fn);
  }
  return notifier.around({ kind: 'attempt', call, attempt: number, attemptKind: kind }, async () => {
    notifier.tell({ type: 'attempt.started', call, attempt: number, kind });
    return await start(operation, call, attempt, clock.now(), fn);
  });
}

/** Tells breaker, bulkhead and observers how an attempt ended: with `failure`, or well without one. */
export function endAttempt(
  operation: Operation,
  call: Call,
  admitted: AdmittedAttempt,
  attempt: Attempt,
  endedAtMs: number,
  failure: { readonly error: unknown } | undefined,
): void {
  const { notifier } = operation.environment;
  const { number, kind, breaker, permit } = admitted;
  const { startedAtMs } = attempt;
  attempt.end();
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
  if (call.telling === 'nothing' || (call.telling === 'plain' && failure === undefined)) return;
  if (outcome === 'timeout') tellTimeout(operation, call, failure?.error);
  tell(notifier, call, { type: 'attempt.ended', call, attempt: number, kind, outcome, errorType, durationMs });
}

/** Where nothing can end the attempt before its function does, the function's own promise is all there is to wait for. */
function start<T>(
  operation: Operation,
  call: Call,
  attempt: Attempt,
  startedAtMs: number,
  fn: AttemptFunction<T>,
): T | PromiseLike<T> {
  const { timeout, hedge } = operation.config;
  const unbounded = timeout.attemptMs === null && call.budgetMs === Number.POSITIVE_INFINITY;
  if (unbounded && call.signal === undefined && hedge === null) return fn(attempt);
  const onShadow = timeout.mode === 'shadow' ? tellsShadowTimeout(operation, call) : undefined;
  return attempt.run(fn, timeout, startedAtMs, onShadow);
}

function tellsShadowTimeout({ environment: { notifier } }: Operation, call: Call): ShadowTimeout {
  return (limitMs) =>
    tell(notifier, call, { type: 'timeout.exceeded', call, scope: 'attempt', mode: 'shadow', limitMs });
}

interface Judgement {
  readonly outcome: AttemptOutcome;
  readonly errorType: string | undefined;
  readonly errorClass?: ErrorClass;
  readonly result: BreakerResult;
}

const SUCCESS: Judgement = { outcome: 'success', errorType: undefined, result: 'success' };

function judge(operation: Operation, call: Call, error: unknown): Judgement {
  if (call.aborted || isA(error, HedgeLost)) {
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

/** The deadline of the whole call is told once, when the call ends: several attempts may meet it, or none. */
function tellTimeout(operation: Operation, call: Call, error: unknown): void {
  if (!isCrossbridgeError(error) || error.code !== 'attempt_timeout') return;
  const limitMs = operation.config.timeout.attemptMs ?? 0;
  tell(operation.environment.notifier, call, {
    type: 'timeout.exceeded',
    call,
    scope: 'attempt',
    mode: 'enforce',
    limitMs,
  });
}
