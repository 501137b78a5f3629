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
const UNHEALTHY_FAILURE_RATIO = 0.5;

/** One in ten is felt by users, and more than retries hide. */
export const DEGRADED_FAILURE_RATIO = 0.1;

/** Intervals over which calls are gathered that are too few to judge by. Older ones are history. */
const GATHER_INTERVALS = 3;

interface Mark extends Traffic {
  /** When the totals were so. */
  readonly atMs: number;
}

/** What calls show from one look at an operation's totals to the next. */
export class TrafficWatch {
  /** The totals of the last look. */
  #last: Mark | undefined;
  /** Those of the look from which on calls are gathered. */
  #first: Mark | undefined;

  /**
   * What the calls since the last look show. Undefined when they show too little: none was made, some failed but too few were made to
   * tell, also with those of the two looks before, or this is the first look and the totals reach further back than `withinMs`.
   *
   * @param nowMs milliseconds of the monotonic clock
   * @param withinMs the time between two looks
   */
  look(operation: string, traffic: Traffic | undefined, nowMs: number, withinMs: number): Finding | undefined {
    const before = this.#markOf(traffic, nowMs, withinMs);
    const first = this.#first?.sinceMs === traffic?.sinceMs ? (this.#first ?? before) : before;
    // A copy: whoever counts may hand out the object that it counts in.
    const now = traffic === undefined ? undefined : { ...copyOf(traffic), atMs: nowMs };
    this.#last = this.#first = now;
    if (before === undefined || first === undefined || now === undefined) return undefined;
    const found = judge(operation, before, now) ?? judge(operation, first, now);
    const gathers = found === undefined && nowMs - first.atMs < GATHER_INTERVALS * withinMs;
    if (gathers) this.#first = first;
    return found;
  }

  #markOf(traffic: Traffic | undefined, nowMs: number, withinMs: number): Mark | undefined {
    if (traffic === undefined) return undefined;
    const { sinceMs } = traffic;
    if (this.#last?.sinceMs === sinceMs) return this.#last;
    return nowMs - sinceMs > withinMs ? undefined : { calls: 0, failures: 0, sinceMs, atMs: sinceMs };
  }
}

function judge(operation: string, from: Mark, to: Mark): Finding | undefined {
  const [calls, failures] = [to.calls - from.calls, to.failures - from.failures];
  const status = statusOf(calls, failures);
  if (status === undefined) return undefined;
  const message = failures === 0 ? `${calls} calls, none failed` : `${failures} of ${calls} calls failed`;
  const result = new HealthResult({ status, message, details: { operation, calls, failures } });
  return { result, durationMs: 0, timedOut: false, source: 'calls' };
}

function copyOf({ calls, failures, sinceMs }: Traffic): Traffic {
  return { calls, failures, sinceMs };
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
