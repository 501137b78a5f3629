import type { BridgeEvent } from '@crossbridge/core';
import {
  type Attributes,
  type BatchObservableResult,
  type Context,
  createNoopMeter,
  type Histogram,
  type Meter,
  type MeterProvider,
  metrics,
} from '@opentelemetry/api';
import type { ReadState } from './bridge-state.ts';
import { SCOPE_NAME, SCOPE_VERSION } from './instrumentation-scope.ts';
import { Instruments } from './instruments.ts';
import type { Distribution, MeasurementSink, Sum } from './measurement-sink.ts';
import { type Loss, Measurements } from './measurements.ts';
import type { MetricOutput } from './metric-output.ts';
import type { PlainCall } from './operation-measurements.ts';
import { SeriesStore } from './series/series-store.ts';
import type { CounterDefinition, HistogramDefinition } from './signals/definitions.ts';
import { StateCounters } from './state-counters.ts';
import { observeState } from './state-readings.ts';
import { ZeroSeries } from './zero-series.ts';

/**
 * Metrics by the instruments of whichever meter provider is registered: all there is where an application brings its own SDK.
 *
 * An instrument made before the SDK is registered is dead for ever, so the registered provider is compared with the one at
 * hand before every use, and the instruments are made anew when it has changed.
 */
export class InstrumentMetrics implements MetricOutput, MeasurementSink {
  readonly #read: ReadState;
  readonly #sums = new SeriesStore();
  readonly #distributions = new Map<HistogramDefinition, Map<string, BoundHistogram>>();
  readonly #measurements: Measurements = new Measurements(this);
  readonly #zeros: ZeroSeries = new ZeroSeries(this);
  readonly #counters: StateCounters = new StateCounters(this);
  #provider: MeterProvider | undefined;
  #meter: Meter = createNoopMeter();
  #instruments: Instruments = new Instruments(this.#meter);
  #closed = false;

  constructor(read: ReadState) {
    this.#read = read;
  }

  get sink(): MeasurementSink {
    return this;
  }

  get active(): boolean {
    const provider = metrics.getMeterProvider();
    if (provider !== this.#provider && !this.#closed) this.#moveTo(provider);
    return this.#meter !== createNoopMeter();
  }

  record(event: BridgeEvent, context: Context | undefined): void {
    if (this.active) this.#measurements.record(event, context);
  }

  plain(call: PlainCall, context: Context | undefined): void {
    if (this.active) this.#measurements.plain(call, context);
  }

  lose(what: Loss): void {
    this.#measurements.lose(what);
  }

  /** Stops observing the state. Events are still counted. */
  close(): void {
    this.#detach();
    this.#closed = true;
  }

  sum(definition: CounterDefinition, attributes: Attributes): Sum {
    return this.#sums.sum(definition, attributes);
  }

  histogram(definition: HistogramDefinition, attributes: Attributes): Distribution {
    let bound = this.#distributions.get(definition);
    if (bound === undefined) {
      bound = new Map();
      this.#distributions.set(definition, bound);
    }
    const key = Object.values(attributes).join('\u0000');
    const known = bound.get(key);
    if (known !== undefined) return known;
    const added = new BoundHistogram(this.#instruments.histogram(definition), attributes);
    bound.set(key, added);
    return added;
  }

  #moveTo(provider: MeterProvider): void {
    this.#detach();
    // Even if the provider fails below: it would fail again at every event.
    this.#provider = provider;
    this.#meter = provider.getMeter(SCOPE_NAME, SCOPE_VERSION);
    this.#instruments = new Instruments(this.#meter);
    for (const [definition, bound] of this.#distributions) {
      for (const each of bound.values()) each.instrument = this.#instruments.histogram(definition);
    }
    this.#meter.addBatchObservableCallback(this.#collect, this.#instruments.observables());
    this.#read((state) => this.#zeros.start(state));
  }

  readonly #collect = (result: BatchObservableResult): void => {
    // Operations that a reload added get their zeros here.
    this.#read((state) => {
      this.#zeros.start(state);
      this.#counters.look(state);
    });
    for (const family of this.#sums.sums()) {
      const instrument = this.#instruments.observable(family.definition);
      if (instrument === undefined) continue;
      for (const { value, attributes } of family.series()) result.observe(instrument, value, attributes);
    }
    this.#read((state) => {
      observeState((definition, value, attributes) => {
        const instrument = this.#instruments.observable(definition);
        if (instrument !== undefined) result.observe(instrument, value, attributes);
      }, state);
    });
  };

  #detach(): void {
    this.#meter.removeBatchObservableCallback(this.#collect, this.#instruments.observables());
  }
}

/** A histogram with one label set. Its instrument changes with the provider; whoever holds it need not know. */
class BoundHistogram implements Distribution {
  instrument: Histogram | undefined;
  readonly #attributes: Attributes;

  constructor(instrument: Histogram | undefined, attributes: Attributes) {
    this.instrument = instrument;
    this.#attributes = attributes;
  }

  record(value: number, context: Context | undefined): void {
    this.instrument?.record(value, this.#attributes, context);
  }
}
