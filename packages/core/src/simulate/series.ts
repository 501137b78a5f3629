import type { BridgeEvent, CallOutcome } from '../observer.ts';
import { wasServed } from './call-tally.ts';
import { quantilesOf } from './quantiles.ts';
import type { SeriesReport } from './report.ts';

/** Notes the times of what happens, until it is known how long they are. */
export class SeriesTally {
  readonly #calls: number[] = [];
  readonly #attempts: number[] = [];
  readonly #repeated: number[] = [];
  readonly #ends: Record<CallOutcome, number[]> = {
    success: [],
    error: [],
    throttled: [],
    rejected: [],
    timeout: [],
    cancelled: [],
  };
  readonly #served: { readonly atMs: number; readonly durationMs: number }[] = [];

  tell(event: BridgeEvent, atMs: number): void {
    if (event.type === 'call.started') this.#calls.push(atMs);
    else if (event.type === 'attempt.started') {
      this.#attempts.push(atMs);
      if (event.kind !== 'initial') this.#repeated.push(atMs);
    } else if (event.type === 'call.ended') {
      this.#ends[event.outcome].push(atMs);
      if (wasServed(event.outcome)) this.#served.push({ atMs, durationMs: event.durationMs });
    }
  }

  report(bucketMs: number, endMs: number): SeriesReport {
    const length = stepsOf(bucketMs, endMs);
    const histogram = (times: readonly number[]): readonly number[] => {
      const counts = new Array<number>(length).fill(0);
      for (const atMs of times) {
        const step = Math.floor(atMs / bucketMs);
        counts[step] = (counts[step] ?? 0) + 1;
      }
      return counts;
    };
    const { success, error, throttled, rejected, timeout, cancelled } = this.#ends;
    return {
      calls: histogram(this.#calls),
      attempts: histogram(this.#attempts),
      repeated: histogram(this.#repeated),
      outcomes: {
        success: histogram(success),
        error: histogram(error),
        throttled: histogram(throttled),
        rejected: histogram(rejected),
        timeout: histogram(timeout),
        cancelled: histogram(cancelled),
      },
      latencyMs: this.#latencyMs(bucketMs, length),
    };
  }

  #latencyMs(bucketMs: number, length: number): SeriesReport['latencyMs'] {
    const steps = Array.from({ length }, (): number[] => []);
    for (const { atMs, durationMs } of this.#served) steps[Math.floor(atMs / bucketMs)]?.push(durationMs);
    const quantiles = steps.map((durations) => (durations.length === 0 ? null : quantilesOf(durations)));
    return { p50: quantiles.map((each) => each?.p50 ?? null), p99: quantiles.map((each) => each?.p99 ?? null) };
  }
}

/** The shortest of 1, 2, 5, 10, 20, 50 … ms with which `endMs` lies in one of the first `most` steps. */
export function bucketMsFor(endMs: number, most: number): number {
  for (let unit = 1; ; unit *= 10) {
    const bucketMs = [1, 2, 5].map((times) => times * unit).find((each) => stepsOf(each, endMs) <= most);
    if (bucketMs !== undefined) return bucketMs;
  }
}

function stepsOf(bucketMs: number, endMs: number): number {
  return Math.floor(endMs / bucketMs) + 1;
}
