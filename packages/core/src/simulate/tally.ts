import type { BreakerState, BridgeEvent, CallOutcome, Observer } from '../observer.ts';
import { quantilesOf } from './quantiles.ts';
import type { OperationReport } from './report.ts';
import type { Upstream } from './upstream.ts';

type Changed = Extract<BridgeEvent, { type: 'circuit_breaker.changed' }>;
type Ended = Extract<BridgeEvent, { type: 'call.ended' }>;

/** Counts what a bridge tells about one operation. */
export class Tally {
  readonly #operation: string;
  readonly #outcomes: Record<CallOutcome, number> = {
    success: 0,
    error: 0,
    throttled: 0,
    rejected: 0,
    timeout: 0,
    cancelled: 0,
  };
  readonly #latencies: number[] = [];
  readonly #timeMs = { limiter: 0, queue: 0, attempt: 0, backoff: 0 };
  readonly #transitions: { atMs: number; from: BreakerState; to: BreakerState }[] = [];
  #calls = 0;
  #admitted = 0;
  #attempts = 0;
  #retried = 0;
  #hedged = 0;
  #openMs = 0;
  #openSinceMs: number | undefined;

  constructor(operation: string) {
    this.#operation = operation;
  }

  tell(event: BridgeEvent, atMs: number): void {
    if (event.type === 'call.started') this.#calls += 1;
    else if (event.type === 'attempt.started') {
      this.#attempts += 1;
      if (event.kind === 'initial') this.#admitted += 1;
      else if (event.kind === 'retry') this.#retried += 1;
      else this.#hedged += 1;
    } else if (event.type === 'circuit_breaker.changed') this.#change(event, atMs);
    else if (event.type === 'call.ended') this.#end(event);
  }

  report(endedAtMs: number, { peakConcurrency, peakQueue }: Upstream): OperationReport {
    const ended = Object.values(this.#outcomes).reduce((sum, count) => sum + count, 0);
    const openMs = this.#openMs + (this.#openSinceMs === undefined ? 0 : endedAtMs - this.#openSinceMs);
    return {
      operation: this.#operation,
      calls: this.#calls,
      admitted: this.#admitted,
      outcomes: this.#outcomes,
      unfinished: this.#calls - ended,
      attempts: this.#attempts,
      retried: this.#retried,
      hedged: this.#hedged,
      amplification: this.#admitted === 0 ? 0 : this.#attempts / this.#admitted,
      latencyMs: quantilesOf(this.#latencies),
      timeMs: this.#timeMs,
      breaker: { transitions: this.#transitions, openMs },
      upstream: { peakConcurrency, peakQueue },
    };
  }

  #change({ from, to }: Changed, atMs: number): void {
    this.#transitions.push({ atMs, from, to });
    if (to === 'open') this.#openSinceMs = atMs;
    else if (this.#openSinceMs !== undefined) {
      this.#openMs += atMs - this.#openSinceMs;
      this.#openSinceMs = undefined;
    }
  }

  #end({ outcome, call, durationMs }: Ended): void {
    this.#outcomes[outcome] += 1;
    if (outcome !== 'throttled' && outcome !== 'rejected') this.#latencies.push(durationMs);
    this.#timeMs.limiter += call.limiterMs;
    this.#timeMs.queue += call.queueMs;
    this.#timeMs.attempt += call.attemptMs;
    this.#timeMs.backoff += call.backoffMs;
  }
}

/** Gives each fact to the tally of its operation, with the time of the clock. */
export function observeInto(tallies: ReadonlyMap<string, Tally>, now: () => number): Observer {
  return {
    on: (event) => {
      const operation = event.type === 'circuit_breaker.changed' ? event.operation : event.call?.operation;
      if (operation !== undefined) tallies.get(operation)?.tell(event, now());
    },
  };
}
