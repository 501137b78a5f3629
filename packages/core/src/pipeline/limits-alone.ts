import { RateLimitExceeded } from '../errors.ts';
import type { CallKey } from '../rate-limit/call-key.ts';
import { OperationLimits, type ReserveOptions } from '../rate-limit/operation-limits.ts';
import type { RateLimiter } from '../rate-limit/rate-limiter.ts';
import type { Reservation } from '../rate-limit/reservation.ts';
import type { Operation } from './operation.ts';
import { NO_POLICIES } from './operation-registry.ts';
import { assertAnswersAtOnce, takeTokens } from './take-tokens.ts';
import { callOfLimits, tellVerdicts } from './tell-verdicts.ts';

/** Asks the limits of an operation without a call of it: undefined, or the refusal. */
export function checkAlone(operation: Operation, key: CallKey, cost: number): RateLimitExceeded | undefined {
  assertAnswersAtOnce(operation);
  try {
    void takeTokens(operation, callOfLimits(operation, key, cost), 'all', false);
    return undefined;
  } catch (error) {
    if (error instanceof RateLimitExceeded) return error;
    throw error;
  }
}

/** Reserves tokens of the limits of an operation without a call of it. */
export function reserveAlone(
  operation: Operation,
  limiter: RateLimiter,
  key: CallKey,
  estimate: number,
  options: ReserveOptions,
): Promise<Reservation> {
  const limits = operation.limits ?? new OperationLimits(operation.name, NO_POLICIES, new Map(), limiter);
  const call = callOfLimits(operation, key, estimate);
  return limits.reserve(key, estimate, options, (request) => tellVerdicts(operation, call, request));
}
