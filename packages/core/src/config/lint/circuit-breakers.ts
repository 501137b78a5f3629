import type { OperationReview } from './operation-review.ts';

/** Circuits that never open, or open and close without sparing the upstream anything. */
export function lintCircuitBreaker(operation: OperationReview): void {
  const { circuitBreaker: breaker, timeout } = operation.config;
  if (breaker === null) return;
  const byRatio = breaker.consecutiveFailures === null || breaker.slowCallMs !== null;
  if (byRatio && breaker.countWindow !== null && breaker.minimumCalls > breaker.countWindow) {
    operation.warn(
      [
        ['circuitBreaker', 'minimumCalls'],
        ['circuitBreaker', 'countWindow'],
      ],
      `the window holds fewer attempts than ${operation.field('minimumCalls')}, so the ratio never counts and the circuit never opens by it; raise ${operation.field('countWindow')}, or lower ${operation.field('minimumCalls')}`,
    );
  }
  if (timeout.attemptMs !== null && breaker.openForMs < timeout.attemptMs) {
    const attempt = operation.field('timeout', 'attemptMs');
    operation.warn(
      [
        ['circuitBreaker', 'openForMs'],
        ['timeout', 'attemptMs'],
      ],
      `a probe may take until ${attempt}, longer than the circuit stays open, so a hanging upstream is probed most of the time; raise ${operation.field('openForMs')} above ${attempt}`,
    );
  }
}
