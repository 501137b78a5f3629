import type { BreakerPermit, BreakerResult } from '../circuit-breaker/circuit-breaker.ts';
import { CircuitOpenError, isCrossbridgeError } from '../errors.ts';
import type { AttemptKind, AttemptOutcome, CallOutcome } from '../observer.ts';
import { decideRetry } from '../retry/decide.ts';
import { type AttemptFunction, runAttempt } from './attempt.ts';
import type { Call } from './call.ts';
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
 * breaker sees every attempt, because each of them reaches the callee.
 */
export async function runCall<T>(operation: Operation, call: Call, fn: AttemptFunction<T>): Promise<T> {
  const { notifier, clock } = operation.environment;
  if (notifier.active) notifier.tell({ type: 'call.started', call });
  try {
    const result = await admitAndRun(operation, call, fn);
    if (notifier.active) endCall(operation, call, 'success', undefined, clock.now());
    return result;
  } catch (error) {
    const endedAtMs = clock.now();
    const { outcome, errorType } = outcomeOf(operation, call, error);
    if (notifier.active) endCall(operation, call, outcome, errorType, endedAtMs);
    throw error;
  }
}

async function admitAndRun<T>(operation: Operation, call: Call, fn: AttemptFunction<T>): Promise<T> {
  call.assertAlive();
  if (operation.config.rateLimit?.per !== 'attempt') takeTokens(operation, call);
  operation.budget?.deposit();
  const slot = await takeSlot(operation, call);
  try {
    return await attemptUntilDone(operation, call, fn);
  } finally {
    if (slot) operation.bulkhead?.release();
  }
}

async function attemptUntilDone<T>(operation: Operation, call: Call, fn: AttemptFunction<T>): Promise<T> {
  const { environment, config } = operation;
  const { notifier, clock } = environment;
  let delayMs = 0;
  for (let attempt = 1; ; attempt += 1) {
    call.assertAlive();
    const admitted = admitAttempt(operation, call);
    if (!admitted.ok) throw admitted.error;
    try {
      return await observeAttempt(operation, call, attempt, admitted.permit, fn);
    } catch (error) {
      call.lastError = error;
      const classification = environment.classify(error);
      const verdict = decideRetry({
        attempt,
        policy: config.retry,
        maxAttempts: Math.min(config.retry?.maxAttempts ?? 1, call.maxAttempts ?? Number.POSITIVE_INFINITY),
        classification,
        cancelled: call.aborted,
        idempotent: call.idempotent,
        remainingMs: call.remainingMs,
        previousDelayMs: delayMs,
        breakerRefusesAfter: (waitMs) =>
          config.circuitBreaker?.mode === 'enforce' && operation.breaker?.refusesAfter(waitMs) === true,
        withdraw: () => operation.budget?.tryWithdraw() ?? true,
        random: environment.random,
      });
      delayMs = verdict.delayMs;
      if (notifier.active && config.retry !== null) {
        const { decision, source } = verdict;
        notifier.tell({
          type: 'retry.decided',
          call,
          attempt,
          decision,
          mode: config.retry.mode,
          errorType: classification.type,
          delayMs,
          source,
        });
      }
      if (verdict.decision !== 'retried') throw error;
    }
    const startedAtMs = clock.now();
    await wait({ clock, timeoutMs: delayMs, signal: call.signal });
    call.backoffMs += clock.now() - startedAtMs;
  }
}

function kindOf(attempt: number): AttemptKind {
  return attempt === 1 ? 'initial' : 'retry';
}

type Admission =
  | { readonly ok: true; readonly permit: BreakerPermit | undefined }
  | { readonly ok: false; readonly error: unknown };

/** Asks the breaker and, where it counts attempts, the rate limit. After a failed attempt a refusal gives way to that failure. */
function admitAttempt(operation: Operation, call: Call): Admission {
  try {
    const permit = takePermit(operation, call);
    try {
      if (operation.config.rateLimit?.per === 'attempt') takeTokens(operation, call);
    } catch (error) {
      if (permit !== undefined) record(operation, call, permit, 'ignored');
      throw error;
    }
    return { ok: true, permit };
  } catch (error) {
    return { ok: false, error: call.attempts === 0 ? error : call.lastError };
  }
}

function takePermit(operation: Operation, call: Call): BreakerPermit | undefined {
  const { breaker, config, environment } = operation;
  if (breaker === undefined) return undefined;
  const permit = operation.onBehalfOf(call, () => breaker.tryAcquire());
  if (permit !== undefined) return permit;
  const mode = config.circuitBreaker?.mode ?? 'enforce';
  environment.notifier.tell({ type: 'circuit_breaker.rejected', call, mode });
  if (mode === 'shadow') return undefined;
  throw new CircuitOpenError(operation.name, breaker.state, breaker.retryAfterMs);
}

function observeAttempt<T>(
  operation: Operation,
  call: Call,
  attempt: number,
  permit: BreakerPermit | undefined,
  fn: AttemptFunction<T>,
): Promise<T> {
  const { notifier } = operation.environment;
  call.attempts = attempt;
  const next = (): Promise<T> => measureAttempt(operation, call, attempt, permit, fn);
  return notifier.active
    ? notifier.around({ kind: 'attempt', call, attempt, attemptKind: kindOf(attempt) }, next)
    : next();
}

async function measureAttempt<T>(
  operation: Operation,
  call: Call,
  attempt: number,
  permit: BreakerPermit | undefined,
  fn: AttemptFunction<T>,
): Promise<T> {
  const { notifier, clock, classify } = operation.environment;
  if (notifier.active) notifier.tell({ type: 'attempt.started', call, attempt, kind: kindOf(attempt) });
  const startedAtMs = clock.now();
  const end = (outcome: AttemptOutcome, errorType: string | undefined, result: BreakerResult): void => {
    const durationMs = clock.now() - startedAtMs;
    call.attemptMs += durationMs;
    if (permit !== undefined) record(operation, call, permit, result);
    if (notifier.active)
      notifier.tell({ type: 'attempt.ended', call, attempt, kind: kindOf(attempt), outcome, errorType, durationMs });
  };
  try {
    const value = await runAttempt(call, attempt, operation.config.timeout.attemptMs, clock, fn);
    end('success', undefined, 'success');
    return value;
  } catch (error) {
    if (call.aborted) {
      end('cancelled', 'cancelled', 'ignored');
    } else {
      const { type, breaker } = classify(error);
      const code = isCrossbridgeError(error) && error.operation === call.operation ? error.code : undefined;
      const late = code === 'deadline_exceeded';
      // A callee that did not answer within the configured time has failed; one whose caller had no time for it has not.
      const result = late && !call.deadlineIsCallers ? 'failure' : breaker;
      end(late || code === 'attempt_timeout' ? 'timeout' : 'error', type, result);
    }
    throw error;
  }
}

function record(operation: Operation, call: Call, permit: BreakerPermit, result: BreakerResult): void {
  operation.onBehalfOf(call, () => operation.breaker?.record(permit, result));
}

function endCall(
  operation: Operation,
  call: Call,
  outcome: CallOutcome,
  errorType: string | undefined,
  endedAtMs: number,
): void {
  const durationMs = endedAtMs - call.startedAtMs;
  operation.environment.notifier.tell({ type: 'call.ended', call, outcome, errorType, durationMs });
}

function outcomeOf(operation: Operation, call: Call, error: unknown): { outcome: CallOutcome; errorType: string } {
  if (call.aborted) return { outcome: 'cancelled', errorType: 'cancelled' };
  const errorType = operation.environment.classify(error).type;
  if (!isCrossbridgeError(error) || error.operation !== call.operation) return { outcome: 'error', errorType };
  switch (error.code) {
    case 'rate_limited':
      return { outcome: 'throttled', errorType };
    case 'bulkhead_full':
    case 'circuit_open':
      return { outcome: 'rejected', errorType };
    case 'attempt_timeout':
    case 'deadline_exceeded':
      return { outcome: 'timeout', errorType };
    default:
      return { outcome: 'error', errorType };
  }
}
