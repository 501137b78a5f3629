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

/** Waits until the attempt after one that failed is due, and admits it. Throws the failure when there is to be none. */
export async function nextAttempt(operation: Operation, call: Call, error: unknown): Promise<AdmittedAttempt> {
  const { clock } = operation.environment;
  call.lastError = error;
  const { decision, delayMs, source } = verdictOn(operation, call, error);
  if (decision !== 'retried' || operation.retryMode === 'shadow') throw error;
  call.timeline?.addWait(delayMs, source);
  call.lastDelayMs = delayMs;
  const startedAtMs = clock.now();
  await wait({ clock, timeoutMs: delayMs, signal: call.signal });
  call.backoffMs += clock.now() - startedAtMs;
  return await admitAgain(operation, call);
}

/** Admits an attempt after one that failed. A refusal of ours gives way to that failure, which says more. */
async function admitAgain(operation: Operation, call: Call): Promise<AdmittedAttempt> {
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

function verdictOn(operation: Operation, call: Call, error: unknown): RetryVerdict {
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
    previousDelayMs: call.lastDelayMs,
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
