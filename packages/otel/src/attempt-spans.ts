import type { BridgeEvent } from '@crossbridge/core';
import { type Attributes, type Context, type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { CallRecord } from './call-record.ts';
import * as attribute from './signals/attributes.ts';
import { attemptSpan } from './signals/spans.ts';

type AttemptEnded = Extract<BridgeEvent, { readonly type: 'attempt.ended' }>;

/** Starts the span of an attempt that begins, or has begun, at `startTime`. */
export function startAttemptSpan(
  tracer: Tracer,
  { call, attempt, kind }: Pick<AttemptEnded, 'call' | 'attempt' | 'kind'>,
  startTime: number,
  parent: Context,
): Span {
  const attributes = {
    [attribute.operation.name]: call.operation,
    [attribute.attemptNumber.name]: attempt,
    [attribute.attemptKind.name]: kind,
  };
  const name = attemptSpan.name.replace('{operation}', () => call.operation);
  return tracer.startSpan(name, { kind: SpanKind.INTERNAL, startTime, attributes }, parent);
}

export function endAttemptSpan(span: Span, event: AttemptEnded, endedAt: number): void {
  const attributes: Attributes = { [attribute.outcome.name]: event.outcome };
  if (event.errorType !== undefined) attributes[attribute.errorType.name] = event.errorType;
  span.setAttributes(attributes);
  if (event.outcome === 'error' || event.outcome === 'timeout') span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(endedAt);
}

/** An attempt that was the only one and succeeded would have a span that repeats the call's. */
export function tellsMore({ outcome, attempt }: AttemptEnded): boolean {
  return outcome !== 'success' || attempt > 1;
}

/** The span of an attempt that is over, in which nobody made a client span. */
export function showAttempt(tracer: Tracer, record: CallRecord, event: AttemptEnded, endedAt: number): void {
  const startedAt = Math.max(record.startedAt, endedAt - event.durationMs);
  const span = startAttemptSpan(tracer, event, startedAt, record.context);
  endAttemptSpan(span, event, endedAt);
}
