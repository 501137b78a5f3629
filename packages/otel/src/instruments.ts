import type { Histogram, Meter, MetricOptions, Observable } from '@opentelemetry/api';
import type { CounterDefinition, HistogramDefinition, MetricDefinition } from './signals/definitions.ts';
import { CATALOGUE } from './signals.ts';
import type { StateDefinition } from './state-readings.ts';

/** The instruments of the catalogue on one meter. They belong to its provider for ever: a new provider needs new ones. */
export class Instruments {
  readonly #histograms = new Map<HistogramDefinition, Histogram>();
  readonly #observables = new Map<CounterDefinition | StateDefinition, Observable>();

  constructor(meter: Meter) {
    for (const definition of CATALOGUE.metrics) {
      if (definition.type === 'histogram') {
        this.#histograms.set(definition, meter.createHistogram(definition.name, options(definition)));
      } else {
        this.#observables.set(definition, createObservable(meter, definition));
      }
    }
  }

  histogram(definition: HistogramDefinition): Histogram | undefined {
    return this.#histograms.get(definition);
  }

  observable(definition: CounterDefinition | StateDefinition): Observable | undefined {
    return this.#observables.get(definition);
  }

  observables(): Observable[] {
    return [...this.#observables.values()];
  }
}

/** Counters are observed as well: their numbers are kept by us, where adding to them costs next to nothing. */
function createObservable(meter: Meter, definition: CounterDefinition | StateDefinition): Observable {
  const { name } = definition;
  switch (definition.type) {
    case 'counter':
      return meter.createObservableCounter(name, options(definition));
    case 'updowncounter':
      return meter.createObservableUpDownCounter(name, options(definition));
    case 'gauge':
      return meter.createObservableGauge(name, options(definition));
  }
}

function options(definition: MetricDefinition): MetricOptions {
  const { description, unit } = definition;
  if (definition.type !== 'histogram') return { description, unit };
  return { description, unit, advice: { explicitBucketBoundaries: [...definition.boundaries] } };
}
