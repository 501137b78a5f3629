import { isCrossbridgeError } from '../errors.ts';
import type { CallOutcome } from '../observer.ts';
import type { Call } from './call.ts';
import type { Operation } from './operation.ts';
import { tell } from './tell.ts';

/** Gives back what the call held. Once for each call. */
export function leave(operation: Operation, call: Call): void {
  const { slot, watch } = call;
  operation.active -= 1;
  if (slot !== undefined) {
    call.slot = undefined;
    slot.release();
  }
  if (watch !== undefined) {
    call.watch = undefined;
    operation.environment.clock.clearTimeout(watch);
  }
}

/** Counts a call that has failed by whether that says something of the callee: what was refused here, or given up, does not. */
export function countFailure({ environment, traffic }: Operation, call: Call, error: unknown): void {
  if (call.attempts === 0 || call.aborted) return;
  const meaning = ranOutOfTime(error) ? 'failure' : environment.classify(error).breaker;
  if (meaning === 'failure') traffic.failed();
  if (meaning === 'success') traffic.succeeded();
}

function ranOutOfTime(error: unknown): boolean {
  return isCrossbridgeError(error) && (error.code === 'attempt_timeout' || error.code === 'deadline_exceeded');
}

export function endCall(
  operation: Operation,
  call: Call,
  outcome: CallOutcome,
  errorType: string | undefined,
  endedAtMs: number,
): void {
  const durationMs = endedAtMs - call.startedAtMs;
  tell(operation.environment.notifier, call, { type: 'call.ended', call, outcome, errorType, durationMs });
}

/** @param answered whether a fallback has answered */
export function endFailedCall(
  operation: Operation,
  call: Call,
  error: unknown,
  cancelled: boolean,
  answered: boolean,
): void {
  const { notifier, classify, clock } = operation.environment;
  if (cancelled) {
    endCall(operation, call, 'cancelled', 'cancelled', clock.now());
    return;
  }
  const errorType = classify(error).type;
  if (isCrossbridgeError(error) && error.code === 'deadline_exceeded' && error.operation === call.operation) {
    tell(notifier, call, { type: 'timeout.exceeded', call, scope: 'total', mode: 'enforce', limitMs: call.budgetMs });
  }
  if (answered) tell(notifier, call, { type: 'fallback.used', call, errorType });
  endCall(operation, call, outcomeOf(call, error), errorType, clock.now());
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
