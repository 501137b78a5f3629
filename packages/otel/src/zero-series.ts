import type { BreakerState } from '@crossbridge/core';
import type { OperationState } from './bridge-state.ts';
import type { Instruments } from './instruments.ts';
import * as attribute from './signals/attributes.ts';
import { allowedValues } from './signals/definitions.ts';

/** Every transition that a circuit breaker can make. */
const TRANSITIONS: readonly (readonly [from: BreakerState, to: BreakerState])[] = [
  ['closed', 'open'],
  ['open', 'half_open'],
  ['half_open', 'closed'],
  ['half_open', 'open'],
  ['closed', 'isolated'],
  ['open', 'isolated'],
  ['half_open', 'isolated'],
  ['isolated', 'closed'],
  ['open', 'closed'],
];

/**
 * Adds 0 to every counter whose label sets are known from configuration. Without it a series begins at its first value, and
 * Prometheus' `increase()` does not see the very burst an alert waits for.
 *
 * The series of `crossbridge.retry.decisions` begin without `error.type`: which errors will occur, nobody knows.
 */
export function startAtZero(instruments: Instruments, state: OperationState): void {
  const operation = { [attribute.operation.name]: state.operation };
  instruments.callActive.add(0, operation);
  instruments.retryWastedDuration.add(0, operation);
  if (state.retry !== false) {
    for (const decision of allowedValues(attribute.retryDecision)) {
      instruments.retryDecisions.add(0, { ...operation, [attribute.retryDecision.name]: decision });
    }
  }
  if (state.rateLimit !== undefined) {
    const { name, mode = 'enforce' } = state.rateLimit;
    for (const result of allowedValues(attribute.rateLimitResult)) {
      instruments.rateLimitRequests.add(0, {
        ...operation,
        [attribute.rateLimitName.name]: name,
        [attribute.rateLimitResult.name]: result,
        [attribute.mode.name]: mode,
      });
    }
  }
  if (state.bulkhead !== undefined) {
    instruments.bulkheadRejections.add(0, { ...operation, [attribute.mode.name]: state.bulkhead.mode ?? 'enforce' });
  }
  if (state.breaker !== undefined) {
    instruments.breakerRejections.add(0, { ...operation, [attribute.mode.name]: state.breaker.mode ?? 'enforce' });
    for (const [from, to] of TRANSITIONS) {
      const transition = { [attribute.breakerFrom.name]: from, [attribute.breakerTo.name]: to };
      instruments.breakerTransitions.add(0, { ...operation, ...transition });
    }
  }
}
