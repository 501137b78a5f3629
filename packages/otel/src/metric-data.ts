import type { Attributes, HrTime, ValueType } from '@opentelemetry/api';
import type { Exemplar } from './series/exemplar.ts';

/** Whether a point tells everything since the start, or only what is new since the last collection by the same reader. */
export type Temporality = 'cumulative' | 'delta';

/** Numbers of the SDK's enum `AggregationTemporality`, the same in its versions 1 to 3. */
export const TEMPORALITY = { delta: 0, cumulative: 1 } as const;

/** Numbers of the SDK's enum `DataPointType`, the same in its versions 1 to 3. */
export const POINT_TYPE = { histogram: 0, gauge: 2, sum: 3 } as const;

export interface Point<Value> {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly attributes: Attributes;
  readonly value: Value;
}

export interface HistogramValue {
  readonly buckets: { readonly boundaries: number[]; readonly counts: number[] };
  readonly sum: number;
  readonly count: number;
  readonly min?: number;
  readonly max?: number;
}

export interface HistogramPoint extends Point<HistogramValue> {
  /** One of each bucket at most. The SDK's own exporters leave them out. */
  readonly exemplars: readonly Exemplar[];
}

interface MetricBase {
  readonly descriptor: {
    readonly name: string;
    readonly description: string;
    readonly unit: string;
    readonly valueType: ValueType;
  };
  readonly aggregationTemporality: 0 | 1;
}

export interface ProducedSum extends MetricBase {
  readonly dataPointType: typeof POINT_TYPE.sum;
  readonly isMonotonic: boolean;
  readonly dataPoints: Point<number>[];
}

export interface ProducedGauge extends MetricBase {
  readonly dataPointType: typeof POINT_TYPE.gauge;
  readonly dataPoints: Point<number>[];
}

export interface ProducedHistogram extends MetricBase {
  readonly dataPointType: typeof POINT_TYPE.histogram;
  readonly dataPoints: HistogramPoint[];
}

export type ProducedMetric = ProducedSum | ProducedGauge | ProducedHistogram;

export interface CollectedMetrics {
  readonly resourceMetrics: {
    /** Readers take their own: there is none here, whatever type an SDK wants it to have. */
    readonly resource: never;
    readonly scopeMetrics: {
      readonly scope: { readonly name: string; readonly version: string };
      readonly metrics: ProducedMetric[];
    }[];
  };
  readonly errors: unknown[];
}

/**
 * What a reader of the SDK collects from, beside the SDK itself: for the option `metricProducers` of its readers. It has the shape of
 * the SDK's `MetricProducer` and imports nothing of the SDK.
 */
export interface MetricProducer {
  collect(): Promise<CollectedMetrics>;
}
