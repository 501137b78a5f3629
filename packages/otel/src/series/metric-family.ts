import type { Attributes } from '@opentelemetry/api';
import type { MetricDefinition } from '../signals/definitions.ts';

/** Label sets of one metric. Those beyond share one series, as in OpenTelemetry's SDK. */
const MAX_SERIES = 2_000;

/** What the specification of the metrics SDK calls the label of the series that all others are folded into. */
const OVERFLOW: Attributes = { 'otel.metric.overflow': true };

/** Every series of one metric. */
export class MetricFamily<Definition extends MetricDefinition = MetricDefinition, Series = unknown> {
  readonly definition: Definition;
  readonly #create: (attributes: Attributes) => Series;
  readonly #labels: readonly string[];
  readonly #series = new Map<string, Series>();
  #overflow: Series | undefined;

  constructor(definition: Definition, create: (attributes: Attributes) => Series) {
    this.definition = definition;
    this.#create = create;
    this.#labels = [...definition.attributes, ...definition.optional].map(({ name }) => name);
  }

  /** The series of a label set. It begins at zero when it is first asked for. */
  of(attributes: Attributes): Series {
    // A character that no label of ours contains keeps the values apart.
    let key = '';
    for (const label of this.#labels) key += `${attributes[label] ?? ''}\u0000`;
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    if (this.#series.size >= MAX_SERIES) {
      this.#overflow ??= this.#create(OVERFLOW);
      return this.#overflow;
    }
    const series = this.#create(attributes);
    this.#series.set(key, series);
    return series;
  }

  *series(): Iterable<Series> {
    yield* this.#series.values();
    if (this.#overflow !== undefined) yield this.#overflow;
  }
}
