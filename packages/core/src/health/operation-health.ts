import type { BreakerState } from '../observer.ts';
import type { CheckHealth } from './status.ts';

/**
 * What the calls of an operation already show about the health of what it calls: its breaker's state. A breaker that keeps
 * load away degrades the service and does not fail it, since the rest of the service still answers.
 */
export function operationHealth(operation: string, state: BreakerState): CheckHealth {
  const check = `operation:${operation}`;
  if (state === 'closed') return { check, status: 'healthy', message: '' };
  return { check, status: 'degraded', message: `the circuit breaker is ${state}` };
}
