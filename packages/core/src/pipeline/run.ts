import type { Bulkhead } from '../bulkhead/bulkhead.ts';
import type { Timer } from '../clock.ts';
import { isCrossbridgeError } from '../errors.ts';
import type { CallOutcome } from '../observer.ts';
import { decideRetry, type RetryVerdict } from '../retry/decide.ts';
import type { Fallback } from '../run-options.ts';
import { Attempt, type AttemptFunction } from './attempt.ts';
import type { Call } from './call.ts';
import { runHedged } from './hedged.ts';
import { type AdmittedAttempt, admitOrWait, beginAttempt, endAttempt } from './one-attempt.ts';
import type { Operation } from './operation.ts';
import { takeSlot } from './take-slot.ts';
import { takeTokens } from './take-tokens.ts';
import { wait } from './wait.ts';

/**
 * Runs one call through the policies of its operation, outermost first:
 *
 * rate limit → deadline → bulkhead → retry ( → circuit breaker → attempt timeout → attempt )
 *
 * A call that a limit refuses takes no slot; a slot is held across retries, so that a retrying call counts as one; the
 * breaker sees every attempt, because each of them reaches the callee. Where the operation hedges, an attempt that takes long gets
 * others beside it, each of them through breaker and timeout.
 */
export async function runCall<T>(
  operation: Operation,
  call: Call,
  fn: AttemptFunction<T>,
  fallback: Fallback<T> | undefined,
): Promise<T> {
  const { notifier, clock } = operation.environment;
  if (notifier.active) notifier.tell({ type: 'call.started', call });
  const watch = watchTotal(operation, call);
  let slot: Bulkhead | undefined;
  try {
    call.assertAlive();
    const tokens = takeTokens(operation, call, 'call');
    if (tokens !== undefined) await tokens;
    operation.budget?.deposit(call.untouched ? call.startedAtMs : clock.now());
    // Taken here without waiting where it can be: a promise that is there already would still cost a turn.
    const { bulkhead } = operation;
    if (bulkhead !== undefined && (bulkhead.tryAcquire() || (await takeSlot(operation, bulkhead, call))))
      slot = bulkhead;
    const result = await attemptUntilDone(operation, call, fn);
    if (notifier.active) endCall(operation, call, 'success', undefined);
    return result;
  } catch (error) {
    call.timeline?.attachTo(error);
    if (fallback !== undefined) return await fallBack(operation, call, error, fallback);
    if (notifier.active) endFailedCall(operation, call, error, call.aborted, false);
    throw error;
  } finally {
    slot?.release();
    if (watch !== undefined) clock.clearTimeout(watch);
  }
}

/** Ends a call that has failed: with what its fallback makes of that, or with the failure. */
async function fallBack<T>(operation: Operation, call: Call, error: unknown, fallback: Fallback<T>): Promise<T> {
  // An abort that comes while the fallback works does not make the failure before it one.
  const cancelled = call.aborted;
  let answered = false;
  try {
    if (cancelled) throw error;
    const value = typeof fallback === 'function' ? await fallback(error) : fallback.value;
    answered = true;
    return value;
  } finally {
    if (operation.environment.notifier.active) endFailedCall(operation, call, error, cancelled, answered);
  }
}

/** In shadow mode the total timeout is no deadline; that it passed is only told. */
function watchTotal({ config, environment }: Operation, call: Call): Timer | undefined {
  const { totalMs, mode } = config.timeout;
  if (mode !== 'shadow' || totalMs === null || !environment.notifier.active) return undefined;
  const tell = (): void =>
    environment.notifier.tell({ type: 'timeout.exceeded', call, scope: 'total', mode, limitMs: totalMs });
  return environment.clock.setTimeout(tell, totalMs);
}

async function attemptUntilDone<T>(operation: Operation, call: Call, fn: AttemptFunction<T>): Promise<T> {
  const { clock } = operation.environment;
  const alone = operation.config.hedge === null;
  // Reading the clock is a good part of what a call costs: not when nobody wants to know.
  const measured = operation.measuresAttempts;
  let delayMs = 0;
  for (;;) {
    call.assertAlive();
    const admission = admit(operation, call);
    const admitted = admission instanceof Promise ? await admission : admission;
    const startedAtMs = call.untouched ? call.startedAtMs : clock.now();
    try {
      if (!alone) return await runHedged(operation, call, admitted, fn);
      const value = await beginAttempt(operation, call, admitted, new Attempt(call, admitted.number), fn);
      endAttempt(operation, call, admitted, startedAtMs, measured ? clock.now() : startedAtMs, undefined);
      return value;
    } catch (error) {
      if (alone) endAttempt(operation, call, admitted, startedAtMs, clock.now(), { error });
      delayMs = await waitForRetry(operation, call, error, delayMs);
    }
  }
}

/** Waits until the next attempt is due and returns how long that was meant to take; throws the failure when there is none. */
async function waitForRetry(
  operation: Operation,
  call: Call,
  error: unknown,
  previousDelayMs: number,
): Promise<number> {
  const { clock } = operation.environment;
  call.lastError = error;
  const { decision, delayMs, source } = afterFailure(operation, call, error, previousDelayMs);
  if (decision !== 'retried' || operation.config.retry?.mode === 'shadow') throw error;
  call.timeline?.addWait(delayMs, source);
  const startedAtMs = clock.now();
  await wait({ clock, timeoutMs: delayMs, signal: call.signal });
  call.backoffMs += clock.now() - startedAtMs;
  return delayMs;
}

/** After a failed attempt a refusal of ours gives way to that failure, which says more. */
function admit(operation: Operation, call: Call): AdmittedAttempt | Promise<AdmittedAttempt> {
  const first = call.attempts === 0;
  const refuse = (error: unknown): never => {
    throw first || call.aborted || !refusedByUs(error) ? error : call.lastError;
  };
  try {
    const admission = admitOrWait(operation, call, first ? 'initial' : 'retry');
    return admission instanceof Promise ? admission.catch(refuse) : admission;
  } catch (error) {
    return refuse(error);
  }
}

function refusedByUs(error: unknown): boolean {
  return isCrossbridgeError(error) && error.code !== 'deadline_exceeded';
}

function afterFailure(operation: Operation, call: Call, error: unknown, previousDelayMs: number): RetryVerdict {
  const { config, environment } = operation;
  const { retry, circuitBreaker } = config;
  const classification = environment.classify(error);
  const verdict = decideRetry({
    attempt: call.attempts,
    policy: retry,
    maxAttempts: Math.min(retry?.maxAttempts ?? 1, call.maxAttempts ?? Number.POSITIVE_INFINITY),
    classification,
    cancelled: call.aborted,
    idempotent: call.idempotent,
    remainingMs: call.remainingMs,
    previousDelayMs,
    breakerRefusesAfter: (delayMs) =>
      circuitBreaker?.mode === 'enforce' && operation.breakerFor(call.target)?.refusesAfter(delayMs) === true,
    withdraw: () => operation.budget?.tryWithdraw() ?? true,
    random: environment.random,
  });
  if (retry !== null && environment.notifier.active) {
    const { decision, delayMs, source } = verdict;
    environment.notifier.tell({
      type: 'retry.decided',
      call,
      attempt: call.attempts,
      decision,
      mode: retry.mode,
      errorType: classification.type,
      delayMs,
      source,
    });
  }
  return verdict;
}

function endCall(operation: Operation, call: Call, outcome: CallOutcome, errorType: string | undefined): void {
  const { notifier, clock } = operation.environment;
  const durationMs = clock.now() - call.startedAtMs;
  notifier.tell({ type: 'call.ended', call, outcome, errorType, durationMs });
}

function endFailedCall(operation: Operation, call: Call, error: unknown, cancelled: boolean, answered: boolean): void {
  const { notifier, classify } = operation.environment;
  if (cancelled) {
    endCall(operation, call, 'cancelled', 'cancelled');
    return;
  }
  const errorType = classify(error).type;
  if (answered) notifier.tell({ type: 'fallback.used', call, errorType });
  endCall(operation, call, outcomeOf(call, error), errorType);
}

function outcomeOf(call: Call, error: unknown): CallOutcome {
  if (!isCrossbridgeError(error) || error.operation !== call.operation) return 'error';
  switch (error.code) {
    case 'rate_limited':
      return 'throttled';
    case 'bulkhead_full':
    case 'circuit_open':
      return 'rejected';
    case 'attempt_timeout':
    case 'deadline_exceeded':
      return 'timeout';
    default:
      return 'error';
  }
}
