/**
 * What keeps the number of values of an attribute finite. `few`: only so many are kept, whatever comes. `nothing` only on spans and
 * events, never on a metric.
 */
export type AttributeBound = 'values' | 'config' | 'error_types' | 'few' | 'nothing';

export interface AttributeDefinition<Value extends string = string> {
  readonly name: string;
  readonly type: 'string' | 'int' | 'double' | 'boolean';
  readonly description: string;
  readonly bound: AttributeBound;
  /** Every value it can take, each with its meaning, when the bound is `values`; empty otherwise. */
  readonly values: Readonly<Record<Value, string>>;
}

interface MetricBase {
  readonly name: string;
  /** UCUM: `s`, or a singular annotation such as `{call}`, which gives no suffix in Prometheus. */
  readonly unit: string;
  readonly description: string;
  /** On every point. */
  readonly attributes: readonly AttributeDefinition[];
  /** Only on points where they say something, as `error.type` on failures. */
  readonly optional: readonly AttributeDefinition[];
}

export interface HistogramDefinition extends MetricBase {
  readonly type: 'histogram';
  /** Upper bounds of the buckets, in the unit of the metric. */
  readonly boundaries: readonly number[];
}

export interface CounterDefinition extends MetricBase {
  readonly type: 'counter';
}

/** Read when a reader collects, never recorded; unlike a gauge it can be summed over processes. */
export interface UpDownCounterDefinition extends MetricBase {
  readonly type: 'updowncounter';
}

/** Read when a reader collects, never recorded. */
export interface GaugeDefinition extends MetricBase {
  readonly type: 'gauge';
  /** The attribute of a one-hot gauge: exactly one of its values is 1 and every other is 0. */
  readonly oneHot?: AttributeDefinition;
}

export type MetricDefinition = HistogramDefinition | CounterDefinition | UpDownCounterDefinition | GaugeDefinition;

export interface EventDefinition {
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly AttributeDefinition[];
}

export interface SpanDefinition {
  /** `{operation}` stands for the name of the operation. */
  readonly name: string;
  /** `client`: not ours; a span of another instrumentation that we add attributes to. */
  readonly kind: 'internal' | 'client';
  readonly description: string;
  readonly attributes: readonly AttributeDefinition[];
  readonly events: readonly EventDefinition[];
}

/** Seconds, from a cache that answers in a millisecond to a model that thinks for two minutes. */
export const DURATION_BOUNDARIES: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120,
];

/** The values an attribute can take, in the order of the catalogue. */
export function allowedValues<Value extends string>(attribute: AttributeDefinition<Value>): readonly Value[] {
  return Object.keys(attribute.values) as Value[];
}
