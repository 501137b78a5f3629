import type { Attributes } from '@opentelemetry/api';
import type { CounterDefinition, HistogramDefinition } from '../signals/definitions.ts';
import { CounterSeries } from './counter-series.ts';
import { HistogramSeries } from './histogram-series.ts';
import { MetricFamily } from './metric-family.ts';

export type SumFamily = MetricFamily<CounterDefinition, CounterSeries>;
export type HistogramFamily = MetricFamily<HistogramDefinition, HistogramSeries>;

/**
 * The numbers behind the metrics. A measurement is an addition to a series at hand: nothing is looked up and nothing is built for it,
 * which is most of what an instrument of the SDK costs.
 */
export class SeriesStore {
  /** Milliseconds since 1970 from which on the series count. */
  readonly startedAtMs: number = Date.now();
  readonly #sums = new Map<CounterDefinition, SumFamily>();
  readonly #histograms = new Map<HistogramDefinition, HistogramFamily>();

  sum(definition: CounterDefinition, attributes: Attributes): CounterSeries {
    let family = this.#sums.get(definition);
    if (family === undefined) {
      family = new MetricFamily(definition, (labels) => new CounterSeries(labels));
      this.#sums.set(definition, family);
    }
    return family.of(attributes);
  }

  histogram(definition: HistogramDefinition, attributes: Attributes): HistogramSeries {
    let family = this.#histograms.get(definition);
    if (family === undefined) {
      family = new MetricFamily(definition, (labels) => new HistogramSeries(labels, definition.boundaries));
      this.#histograms.set(definition, family);
    }
    return family.of(attributes);
  }

  sums(): Iterable<SumFamily> {
    return this.#sums.values();
  }

  histograms(): Iterable<HistogramFamily> {
    return this.#histograms.values();
  }
}
