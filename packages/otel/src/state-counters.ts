import type { BridgeState } from './bridge-state.ts';
import type { MeasurementSink } from './measurement-sink.ts';
import type { CounterDefinition } from './signals/definitions.ts';
import * as metric from './signals/metrics.ts';

/** Counters that the bridge keeps itself: what was added since the last look is added here. */
export class StateCounters {
  readonly #sink: MeasurementSink;
  readonly #seen = new Map<CounterDefinition, number>();

  constructor(sink: MeasurementSink) {
    this.#sink = sink;
  }

  look(state: BridgeState): void {
    const limiter = state.rateLimiter?.();
    if (limiter === undefined) return;
    this.#raise(metric.rateLimitEvictions, limiter.evictions);
    this.#raise(metric.rateLimitOverflows, limiter.overflows);
  }

  #raise(counter: CounterDefinition, total: number): void {
    const seen = this.#seen.get(counter) ?? 0;
    this.#seen.set(counter, total);
    // A bridge that took the place of another has begun anew.
    this.#sink.sum(counter, {}).add(total >= seen ? total - seen : total);
  }
}
