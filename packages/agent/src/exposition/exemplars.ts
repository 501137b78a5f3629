import type { DataPoint, Histogram } from '@opentelemetry/sdk-metrics';
import { numberText } from './number-text.ts';

/** As the metric producer of `@crossbridge/otel` has them. */
export interface Exemplar {
  readonly value: number;
  readonly timeMs: number;
  readonly traceId: string;
  readonly spanId: string;
}

/** The exemplars of a point, each by the bucket that its value falls into. */
export function exemplarsByBucket(point: DataPoint<unknown>): ReadonlyMap<number, Exemplar> | undefined {
  const { exemplars } = point as { readonly exemplars?: readonly Exemplar[] };
  if (exemplars === undefined || exemplars.length === 0) return undefined;
  const { boundaries } = (point.value as Histogram).buckets;
  const byBucket = new Map<number, Exemplar>();
  for (const exemplar of exemplars) {
    const bucket = boundaries.findIndex((boundary) => exemplar.value <= boundary);
    byBucket.set(bucket === -1 ? boundaries.length : bucket, exemplar);
  }
  return byBucket;
}

export function exemplarText({ value, timeMs, traceId, spanId }: Exemplar): string {
  return ` # {trace_id="${traceId}",span_id="${spanId}"} ${numberText(value)} ${(timeMs / 1000).toFixed(3)}`;
}
