import type { Finding } from './finding.ts';
import { HealthResult } from './result.ts';
import type { HealthStatus } from './status.ts';

/** Calls of an operation, as running totals: what matters is how they grow from one look to the next. */
export interface Traffic {
  /** Calls that reached the callee and have ended. */
  readonly calls: number;
  /** Those of them that failed because of the callee. */
  readonly failures: number;
  /** Milliseconds of the monotonic clock at which the counting began. Another value means that the totals began anew. */
  readonly sinceMs: number;
}

/** Below it one unlucky call would be a fifth of all or more. */
export const MIN_CALLS_TO_JUDGE = 5;

/** Half of the calls failing is what opens a circuit breaker by default: one judgement in both places. */
export const UNHEALTHY_FAILURE_RATIO = 0.5;

/** One in ten is felt by users, and more than retries hide. */
export const DEGRADED_FAILURE_RATIO = 0.1;

/** What calls show between two looks at one operation's totals. */
export class TrafficWatch {
  #last: Traffic | undefined;

  /**
   * What the calls since the last look show. Undefined when they show too little: none was made, some failed but too few were made to
   * tell, or this is the first look and the totals reach further back than `withinMs`.
   *
   * @param nowMs milliseconds of the monotonic clock
   */
  look(operation: string, traffic: Traffic | undefined, nowMs: number, withinMs: number): Finding | undefined {
    const since = this.#last;
    // A copy: whoever counts may hand out the object that it counts in.
    this.#last =
      traffic === undefined
        ? undefined
        : { calls: traffic.calls, failures: traffic.failures, sinceMs: traffic.sinceMs };
    if (traffic === undefined) return undefined;
    const known = since !== undefined && since.sinceMs === traffic.sinceMs;
    if (!known && nowMs - traffic.sinceMs > withinMs) return undefined;
    const calls = traffic.calls - (known ? since.calls : 0);
    const failures = traffic.failures - (known ? since.failures : 0);
    const status = statusOf(calls, failures);
    if (status === undefined) return undefined;
    const message = failures === 0 ? `${calls} calls, none failed` : `${failures} of ${calls} calls failed`;
    const result = new HealthResult({ status, message, details: { operation, calls, failures } });
    return { result, durationMs: 0, timedOut: false, source: 'calls' };
  }
}

function statusOf(calls: number, failures: number): HealthStatus | undefined {
  if (!(calls > 0)) return undefined;
  if (failures <= 0) return 'healthy';
  if (calls < MIN_CALLS_TO_JUDGE) return undefined;
  if (failures >= calls * UNHEALTHY_FAILURE_RATIO) return 'unhealthy';
  return failures >= calls * DEGRADED_FAILURE_RATIO ? 'degraded' : 'healthy';
}

export type TrafficSource = (operation: string) => Traffic | undefined;

/** A source whose failure only means that nothing is known. */
export function harmlessTraffic(source: TrafficSource): TrafficSource {
  return (operation) => {
    try {
      return source(operation);
    } catch {
      return undefined;
    }
  };
}
