import { type Context, TraceFlags, trace } from '@opentelemetry/api';

/** One measurement of a bucket, with the trace in which it was made. */
export interface Exemplar {
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly traceId: string;
  readonly spanId: string;
}

/** The measurement as an exemplar; undefined where its trace is not exported, so that no link leads nowhere. */
export function exemplarOf(value: number, context: Context): Exemplar | undefined {
  const span = trace.getSpanContext(context);
  if (span === undefined || (span.traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
  return { value, timeMs: Date.now(), traceId: span.traceId, spanId: span.spanId };
}
