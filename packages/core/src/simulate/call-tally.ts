import type { AttemptKind, BridgeEvent, CallOutcome } from '../observer.ts';
import { quantilesOf } from './quantiles.ts';
import type { CallFigures, LatencyReport } from './report.ts';

/** Whether a call was let through by all policies, so that its duration says something. */
export function wasServed(outcome: CallOutcome): boolean {
  return outcome !== 'throttled' && outcome !== 'rejected';
}

/** Counts calls and what became of them. */
export class CallTally {
  readonly #outcomes: Record<CallOutcome, number> = {
    success: 0,
    error: 0,
    throttled: 0,
    rejected: 0,
    timeout: 0,
    cancelled: 0,
  };
  readonly #errorTypes = new Map<string, number>();
  readonly #attempts: Record<AttemptKind, number> = { initial: 0, retry: 0, hedge: 0 };
  readonly #served = { total: [], limiter: [], queue: [], attempt: [], backoff: [] } as Record<
    keyof LatencyReport,
    number[]
  >;
  readonly #timeMs = { limiter: 0, queue: 0, attempt: 0, backoff: 0 };
  #calls = 0;
  #ended = 0;

  tell(event: BridgeEvent): void {
    if (event.type === 'call.started') this.#calls += 1;
    else if (event.type === 'attempt.started') this.#attempts[event.kind] += 1;
    else if (event.type === 'call.ended') this.#end(event);
  }

  report(): CallFigures {
    const { initial, retry, hedge } = this.#attempts;
    const attempts = initial + retry + hedge;
    return {
      calls: this.#calls,
      admitted: initial,
      outcomes: this.#outcomes,
      unfinished: this.#calls - this.#ended,
      errorTypes: Object.fromEntries([...this.#errorTypes].sort(([, a], [, b]) => b - a)),
      attempts,
      retried: retry,
      hedged: hedge,
      amplification: initial === 0 ? 0 : attempts / initial,
      latencyMs: this.#latencyMs(),
      timeMs: this.#timeMs,
    };
  }

  #latencyMs(): LatencyReport | null {
    const { total, limiter, queue, attempt, backoff } = this.#served;
    if (total.length === 0) return null;
    return {
      total: quantilesOf(total),
      limiter: quantilesOf(limiter),
      queue: quantilesOf(queue),
      attempt: quantilesOf(attempt),
      backoff: quantilesOf(backoff),
    };
  }

  #end({ outcome, errorType, call, durationMs }: Extract<BridgeEvent, { type: 'call.ended' }>): void {
    this.#ended += 1;
    this.#outcomes[outcome] += 1;
    if (errorType !== undefined) this.#errorTypes.set(errorType, (this.#errorTypes.get(errorType) ?? 0) + 1);
    const { limiterMs, queueMs, attemptMs, backoffMs } = call;
    this.#timeMs.limiter += limiterMs;
    this.#timeMs.queue += queueMs;
    this.#timeMs.attempt += attemptMs;
    this.#timeMs.backoff += backoffMs;
    if (!wasServed(outcome)) return;
    this.#served.total.push(durationMs);
    this.#served.limiter.push(limiterMs);
    this.#served.queue.push(queueMs);
    this.#served.attempt.push(attemptMs);
    this.#served.backoff.push(backoffMs);
  }
}
