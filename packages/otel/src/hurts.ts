import type { BridgeEvent } from '@crossbridge/core';

/** Whether the event makes its call worth a trace. What shadow mode only would have done hurts nobody. */
export function hurts(event: BridgeEvent, slowerThanMs: number): boolean {
  switch (event.type) {
    case 'rate_limit.decided':
      return event.result === 'throttled' && event.mode === 'enforce';
    case 'bulkhead.rejected':
    case 'circuit_breaker.rejected':
    case 'timeout.exceeded':
      return event.mode === 'enforce';
    // It opens the breaker before its own failure is told.
    case 'circuit_breaker.changed':
      return event.to === 'open';
    case 'attempt.ended':
      return event.outcome === 'error' || event.outcome === 'timeout';
    case 'call.ended':
      return (event.outcome !== 'success' && event.outcome !== 'cancelled') || event.durationMs > slowerThanMs;
    default:
      return false;
  }
}
