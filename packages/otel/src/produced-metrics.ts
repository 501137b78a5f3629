import type { BridgeEvent } from '@crossbridge/core';
import type { Context } from '@opentelemetry/api';
import type { ReadState } from './bridge-state.ts';
import { collectMetrics } from './collect-metrics.ts';
import { DeltaMemory } from './delta-memory.ts';
import type { MeasurementSink } from './measurement-sink.ts';
import { type Loss, Measurements } from './measurements.ts';
import type { CollectedMetrics, MetricProducer, Temporality } from './metric-data.ts';
import type { MetricOutput } from './metric-output.ts';
import type { PlainCall } from './operation-measurements.ts';
import { SeriesStore } from './series/series-store.ts';
import { StateCounters } from './state-counters.ts';
import { ZeroSeries } from './zero-series.ts';

/** Metrics that a reader of the SDK takes over as they are. */
export class ProducedMetrics implements MetricOutput {
  readonly active = true;
  readonly #read: ReadState;
  readonly #store = new SeriesStore();
  readonly #measurements = new Measurements(this.#store);
  readonly #zeros = new ZeroSeries(this.#store);
  readonly #counters = new StateCounters(this.#store);
  #closed = false;

  get sink(): MeasurementSink {
    return this.#store;
  }

  constructor(read: ReadState) {
    this.#read = read;
  }

  record(event: BridgeEvent, context: Context | undefined): void {
    this.#measurements.record(event, context);
  }

  plain(call: PlainCall, context: Context | undefined): void {
    this.#measurements.plain(call, context);
  }

  lose(what: Loss): void {
    this.#measurements.lose(what);
  }

  /** Stops reading the state. Events are still counted. */
  close(): void {
    this.#closed = true;
  }

  /** One for each reader: with `delta` each remembers what its reader has had. */
  producer(temporality: Temporality): MetricProducer {
    const memory = temporality === 'delta' ? new DeltaMemory(this.#store.startedAtMs) : undefined;
    return { collect: async () => this.#collect(memory) };
  }

  #collect(memory: DeltaMemory | undefined): CollectedMetrics {
    const read: ReadState = (reader) => {
      if (!this.#closed) this.#read(reader);
    };
    read((state) => {
      this.#zeros.start(state);
      this.#counters.look(state);
    });
    return collectMetrics({ store: this.#store, read, memory });
  }
}
