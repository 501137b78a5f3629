import { systemClock } from '../clock.ts';
import { RefusalError } from '../errors.ts';
import type { Fallback } from '../run-options.ts';
import { Attempt, type AttemptFunction } from './attempt.ts';
import type { Call } from './call.ts';
import { countFailure, endCall, endFailedCall, leave } from './end-call.ts';
import { type Entry, enter } from './enter.ts';
import { runHedged } from './hedged.ts';
import { nextAttempt } from './next-attempt.ts';
import { type AdmittedAttempt, beginAttempt, endAttempt } from './one-attempt.ts';
import type { Operation } from './operation.ts';
import { tell, tellPlain } from './tell.ts';

const TURN = Promise.resolve();

/**
 * Runs one call through the policies of its operation, in the contexts of the observers. Told of it is as much as they want when it begins.
 * Never throws synchronously.
 */
export function runCall<T>(
  operation: Operation,
  call: Call,
  fn: AttemptFunction<T>,
  fallback: Fallback<T> | undefined,
): Promise<T> {
  const { notifier, clock } = operation.environment;
  const wish = notifier.poll();
  call.telling = wish === 'scoped' ? 'plain' : wish;
  call.scoped = wish === 'scoped' || wish === 'all';
  if (!call.scoped) return carryOut(operation, call, fn, fallback);
  const performanceMs = clock.now === systemClock.now ? call.startedAtMs : undefined;
  return notifier.around({ kind: 'call', call, performanceMs }, () => carryOut(operation, call, fn, fallback));
}

/**
 * The policies, outermost first:
 *
 * rate limit → deadline → bulkhead → retry ( → circuit breaker → attempt timeout → attempt )
 *
 * A call that a limit refuses takes no slot; a slot is held across retries, so that a retrying call counts as one; the
 * breaker sees every attempt, because each of them reaches the callee. Where the operation hedges, an attempt that takes long gets
 * others beside it, each of them through breaker and timeout.
 */
function carryOut<T>(
  operation: Operation,
  call: Call,
  fn: AttemptFunction<T>,
  fallback: Fallback<T> | undefined,
): Promise<T> {
  const { notifier } = operation.environment;
  operation.active += 1;
  if (call.telling === 'all') notifier.tell({ type: 'call.started', call });
  if (call.telling !== 'nothing') watchTotal(operation, call);
  let entry: Entry;
  try {
    entry = enter(operation, call);
  } catch (error) {
    return refuse(operation, call, error, fallback);
  }
  if (entry instanceof RefusalError) return refuse(operation, call, entry, fallback);
  if (entry instanceof Promise || operation.config.hedge !== null) {
    return runAttempts(operation, call, entry, fn, fallback);
  }
  return runEntered(operation, call, entry, fn, fallback);
}

/** In shadow mode the total timeout is no deadline; that it passed is only told. */
function watchTotal({ config, environment }: Operation, call: Call): void {
  const { totalMs, mode } = config.timeout;
  if (mode !== 'shadow' || totalMs === null) return;
  const onTime = (): void =>
    tell(environment.notifier, call, { type: 'timeout.exceeded', call, scope: 'total', mode, limitMs: totalMs });
  call.watch = environment.clock.setTimeout(onTime, totalMs);
}

/** Ends a call that did not get as far as waiting for anything. */
function refuse<T>(operation: Operation, call: Call, error: unknown, fallback: Fallback<T> | undefined): Promise<T> {
  if (fallback !== undefined && !call.aborted) {
    return fallBack(operation, call, error, fallback).finally(() => leave(operation, call));
  }
  leave(operation, call);
  if (call.telling !== 'nothing') endFailedCall(operation, call, error, call.aborted, false);
  return rejectSoon(error);
}

/** A turn later, when the caller has its handler in place: a rejection that nobody handles yet costs Node several times as much as all of this. */
function rejectSoon(error: unknown): Promise<never> {
  return new Promise((_, reject) => {
    void TURN.then(() => reject(error));
  });
}

/**
 * Runs a call before which nothing stands. That its first attempt succeeds settles its promise, with no asynchronous function around it: those cost
 * every call a good part of what it costs in all, so they are for calls to which more happens.
 */
function runEntered<T>(
  operation: Operation,
  call: Call,
  admitted: AdmittedAttempt,
  fn: AttemptFunction<T>,
  fallback: Fallback<T> | undefined,
): Promise<T> {
  const attempt = new Attempt(call, admitted.number, call.startedAtMs, operation.environment.clock);
  return begun(operation, call, admitted, attempt, fn).then(
    (value) => {
      try {
        const endedAtMs = endWell(operation, call, admitted, attempt);
        succeed(operation, call, endedAtMs);
        return value;
      } finally {
        leave(operation, call);
      }
    },
    (error: unknown) =>
      runAttempts(operation, call, afterFailure(operation, call, admitted, attempt, error), fn, fallback),
  );
}

/** Attempt after attempt until one succeeds. */
async function runAttempts<T>(
  operation: Operation,
  call: Call,
  first: AdmittedAttempt | Promise<AdmittedAttempt>,
  fn: AttemptFunction<T>,
  fallback: Fallback<T> | undefined,
): Promise<T> {
  const { clock } = operation.environment;
  const alone = operation.config.hedge === null;
  try {
    let admitted = first instanceof Promise ? await first : first;
    for (;;) {
      const startedAtMs = call.untouched ? call.startedAtMs : clock.now();
      const attempt = new Attempt(call, admitted.number, startedAtMs, clock);
      try {
        let value: T;
        let endedAtMs = startedAtMs;
        if (alone) {
          value = await begun(operation, call, admitted, attempt, fn);
          endedAtMs = endWell(operation, call, admitted, attempt);
        } else {
          value = await runHedged(operation, call, admitted, fn);
          if (call.telling !== 'nothing') endedAtMs = clock.now();
        }
        succeed(operation, call, endedAtMs);
        return value;
      } catch (error) {
        admitted = alone
          ? await afterFailure(operation, call, admitted, attempt, error)
          : await nextAttempt(operation, call, error);
      }
    }
  } catch (error) {
    call.timeline?.attachTo(error);
    countFailure(operation, call, error);
    if (fallback !== undefined && !call.aborted) return await fallBack(operation, call, error, fallback);
    if (call.telling !== 'nothing') endFailedCall(operation, call, error, call.aborted, false);
    throw error;
  } finally {
    leave(operation, call);
  }
}

/** Starts an attempt. Never throws synchronously. */
function begun<T>(
  operation: Operation,
  call: Call,
  admitted: AdmittedAttempt,
  attempt: Attempt,
  fn: AttemptFunction<T>,
): Promise<T> {
  try {
    return Promise.resolve(beginAttempt(operation, call, admitted, attempt, fn));
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Ends an attempt that went well and returns when that was. */
function endWell(operation: Operation, call: Call, admitted: AdmittedAttempt, attempt: Attempt): number {
  // Reading the clock is a good part of what a call costs: not when nobody wants to know.
  const judged = call.telling !== 'nothing' || operation.judgesDurations;
  const endedAtMs = judged ? operation.environment.clock.now() : attempt.startedAtMs;
  endAttempt(operation, call, admitted, attempt, endedAtMs, undefined);
  return endedAtMs;
}

function succeed(operation: Operation, call: Call, endedAtMs: number): void {
  operation.traffic.succeeded();
  if (call.telling === 'plain') tellPlain(operation.environment.notifier, call, endedAtMs);
  else if (call.telling !== 'nothing') endCall(operation, call, 'success', undefined, endedAtMs);
}

/** Ends an attempt that has failed, and waits for the next. */
async function afterFailure(
  operation: Operation,
  call: Call,
  admitted: AdmittedAttempt,
  attempt: Attempt,
  error: unknown,
): Promise<AdmittedAttempt> {
  endAttempt(operation, call, admitted, attempt, operation.environment.clock.now(), { error });
  return await nextAttempt(operation, call, error);
}

/** Ends a call that has failed with what its fallback makes of that. */
async function fallBack<T>(operation: Operation, call: Call, error: unknown, fallback: Fallback<T>): Promise<T> {
  let answered = false;
  try {
    const value = typeof fallback === 'function' ? await fallback(error) : fallback.value;
    answered = true;
    return value;
  } finally {
    // An abort that comes while the fallback works does not make the failure before it one.
    if (call.telling !== 'nothing') endFailedCall(operation, call, error, false, answered);
  }
}
