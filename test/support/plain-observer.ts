import { createBridge, type Observer } from '@crossbridge/core';
import { type OperationInput, plainRetry } from './bridges.ts';
import { RecordingObserver } from './recording-observer.ts';
import { VirtualClock } from './virtual-clock.ts';

type PlainCall = Parameters<Required<Observer>['plain']>[0];

/** Wants no more of an ordinary call than its end. */
export class PlainObserver extends RecordingObserver {
  readonly calls: { operation: string; durationMs: number; attemptMs: number; rateLimits: readonly string[] }[] = [];

  wants: () => boolean | 'plain' | 'scoped' = () => 'plain';

  plain({ operation, durationMs, attemptMs, rateLimits }: PlainCall): void {
    this.calls.push({ operation, durationMs, attemptMs, rateLimits });
  }
}

/** A bridge with one operation, `op`, on a virtual clock, whose observer wants only plain calls. */
export function plainBridge(op: OperationInput, others: readonly Observer[] = []) {
  const clock = new VirtualClock();
  const observer = new PlainObserver();
  const observers = [observer, ...others];
  const bridge = createBridge({ operations: { op } }, { clock, random: () => 0.5, observers });
  const taking = (ms: number) => () => new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
  return { bridge, clock, observer, taking };
}

/** Every policy at once. */
export const everything: OperationInput = {
  rateLimit: { capacity: 2, windowSeconds: 60 },
  retry: plainRetry,
  circuitBreaker: { consecutiveFailures: 5 },
  bulkhead: { limit: 1, queue: 1 },
  timeout: { totalMs: 10_000, attemptMs: 1_000 },
};
