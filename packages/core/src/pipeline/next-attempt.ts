import { isCrossbridgeError, RefusalError } from '../errors.ts';
import { decideRetry, type RetryVerdict } from '../retry/decide.ts';
import type { RetrySelection } from '../retry/policy.ts';
import { classifierFor } from '../retry/should-retry.ts';
import type { Call } from './call.ts';
import { type AdmittedAttempt, admitOrWait } from './one-attempt.ts';
import type { Operation } from './operation.ts';
import { tell } from './tell.ts';
import { wait } from './wait.ts';

const NO_SELECTION: RetrySelection = {};

/** Waits until the next attempt is due and returns how long that was meant to take; throws the failure when there is none. */
export async function waitForRetry(
  operation: Operation,
  call: Call,
  error: unknown,
  previousDelayMs: number,
): Promise<number> {
  const { clock } = operation.environment;
  call.lastError = error;
  const { decision, delayMs, source } = afterFailure(operation, call, error, previousDelayMs);
  if (decision !== 'retried' || operation.retryMode === 'shadow') throw error;
  call.timeline?.addWait(delayMs, source);
  const startedAtMs = clock.now();
  await wait({ clock, timeoutMs: delayMs, signal: call.signal });
  call.backoffMs += clock.now() - startedAtMs;
  return delayMs;
}

/** Admits an attempt after one that failed. A refusal of ours gives way to that failure, which says more. */
export async function admitAgain(operation: Operation, call: Call): Promise<AdmittedAttempt> {
  call.assertAlive();
  try {
    const admission = await admitOrWait(operation, call, 'retry');
    if (!(admission instanceof RefusalError)) return admission;
  } catch (error) {
    if (call.aborted || !refusedByUs(error)) throw error;
  }
  throw call.aborted ? call.signal?.reason : call.lastError;
}

function refusedByUs(error: unknown): boolean {
  return isCrossbridgeError(error) && error.code !== 'deadline_exceeded';
}

function afterFailure(operation: Operation, call: Call, error: unknown, previousDelayMs: number): RetryVerdict {
  const { config, environment } = operation;
  const { circuitBreaker } = config;
  const retry = operation.retryFor(call);
  const classification = classifierFor(call.retry ?? NO_SELECTION, environment.classify)(error);
  const verdict = decideRetry({
    attempt: call.attempts,
    policy: retry,
    maxAttempts: Math.min(retry?.maxAttempts ?? 1, call.maxAttempts ?? Number.POSITIVE_INFINITY),
    classification,
    cancelled: call.aborted,
    nested: call.nested,
    idempotent: call.idempotent,
    remainingMs: call.remainingMs,
    previousDelayMs,
    breakerRefusesAfter: (delayMs) =>
      circuitBreaker?.mode === 'enforce' && operation.breakerFor(call.target)?.refusesAfter(delayMs) === true,
    withdraw: () => operation.budget?.tryWithdraw() ?? true,
    random: environment.random,
  });
  if (retry !== null && call.telling !== 'nothing') {
    const { decision, delayMs, source } = verdict;
    tell(environment.notifier, call, {
      type: 'retry.decided',
      call,
      attempt: call.attempts,
      decision,
      mode: operation.retryMode,
      errorType: classification.type,
      delayMs,
      source,
    });
  }
  return verdict;
}
