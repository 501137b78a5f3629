import type { BreakerState } from '../observer.ts';
import type { CheckHealth } from './check-health.ts';

/**
 * What the calls of an operation already show about the health of what it calls: its breaker's state. A breaker that keeps
 * load away degrades the service and does not fail it, since the rest of the service still answers.
 */
export function operationHealth(operation: string, state: BreakerState): CheckHealth {
  const closed = state === 'closed';
  return {
    check: `operation:${operation}`,
    status: closed ? 'healthy' : 'degraded',
    message: closed ? '' : `the circuit breaker is ${state}`,
    required: false,
    flapping: false,
    source: 'calls',
    sinceMs: undefined,
    last: undefined,
  };
}
