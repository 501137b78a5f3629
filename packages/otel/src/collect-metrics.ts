import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import type { ReadState } from './bridge-state.ts';
import type { DeltaMemory } from './delta-memory.ts';
import { SCOPE_NAME, SCOPE_VERSION } from './instrumentation-scope.ts';
import {
  type CollectedMetrics,
  type HistogramPoint,
  type HistogramValue,
  POINT_TYPE,
  type Point,
  type ProducedMetric,
  TEMPORALITY,
} from './metric-data.ts';
import type { Exemplar } from './series/exemplar.ts';
import type { HistogramSeries } from './series/histogram-series.ts';
import type { HistogramFamily, SeriesStore, SumFamily } from './series/series-store.ts';
import type { MetricDefinition } from './signals/definitions.ts';
import { observeState, type StateDefinition } from './state-readings.ts';

export interface Collection {
  readonly store: SeriesStore;
  readonly read: ReadState;
  /** Undefined: everything since the start. */
  readonly memory: DeltaMemory | undefined;
}

/** Everything that is known now, in the shape in which readers of the SDK pass it on. */
export function collectMetrics({ store, read, memory }: Collection): CollectedMetrics {
  const nowMs = Date.now();
  const span = { startTime: hrTime(memory?.sinceMs ?? store.startedAtMs), endTime: hrTime(nowMs) };
  const metrics: ProducedMetric[] = [];
  for (const family of store.sums()) metrics.push(sumOf(family, span, memory));
  for (const family of store.histograms()) metrics.push(histogramOf(family, span, memory));
  metrics.push(...stateMetrics(read, span));
  if (memory !== undefined) memory.sinceMs = nowMs;
  const scope = { name: SCOPE_NAME, version: SCOPE_VERSION };
  return { resourceMetrics: { resource: undefined as never, scopeMetrics: [{ scope, metrics }] }, errors: [] };
}

type TimeSpan = Pick<Point<unknown>, 'startTime' | 'endTime'>;

function sumOf(family: SumFamily, span: TimeSpan, memory: DeltaMemory | undefined): ProducedMetric {
  const dataPoints = Array.from(family.series(), (series) => ({
    ...span,
    attributes: series.attributes,
    value: memory === undefined ? series.value : memory.sum(series),
  }));
  return { ...head(family.definition, memory), dataPointType: POINT_TYPE.sum, isMonotonic: true, dataPoints };
}

function histogramOf(family: HistogramFamily, span: TimeSpan, memory: DeltaMemory | undefined): ProducedMetric {
  const dataPoints = Array.from(
    family.series(),
    (series): HistogramPoint => ({
      ...span,
      attributes: series.attributes,
      value: memory === undefined ? sinceTheStart(series) : sinceLast(series, memory),
      exemplars: series.exemplars.filter((exemplar): exemplar is Exemplar => exemplar !== undefined),
    }),
  );
  return { ...head(family.definition, memory), dataPointType: POINT_TYPE.histogram, dataPoints };
}

function sinceTheStart({ boundaries, counts, sum, count, min, max }: HistogramSeries): HistogramValue {
  const buckets = { boundaries: [...boundaries], counts: [...counts] };
  return { buckets, sum, count, ...(count === 0 ? {} : { min, max }) };
}

/** Without the least and the greatest: those are known of the whole only. */
function sinceLast(series: HistogramSeries, memory: DeltaMemory): HistogramValue {
  const { sum, counts } = memory.histogram(series);
  const count = counts.reduce((total, each) => total + each, 0);
  return { buckets: { boundaries: [...series.boundaries], counts }, sum, count };
}

function stateMetrics(read: ReadState, span: TimeSpan): ProducedMetric[] {
  const points = new Map<StateDefinition, Point<number>[]>();
  const observe = (definition: StateDefinition, value: number, attributes: Attributes): void => {
    const known = points.get(definition) ?? [];
    known.push({ ...span, attributes, value });
    points.set(definition, known);
  };
  read((state) => observeState(observe, state));
  return [...points].map(([definition, dataPoints]): ProducedMetric => {
    const common = { ...head(definition, undefined), dataPoints };
    if (definition.type === 'gauge') return { ...common, dataPointType: POINT_TYPE.gauge };
    return { ...common, dataPointType: POINT_TYPE.sum, isMonotonic: false };
  });
}

function head({ name, description, unit }: MetricDefinition, memory: DeltaMemory | undefined) {
  return {
    descriptor: { name, description, unit, valueType: ValueType.DOUBLE },
    aggregationTemporality: memory === undefined ? TEMPORALITY.cumulative : TEMPORALITY.delta,
  };
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
