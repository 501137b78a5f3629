import { SpanKind, type Tracer } from '@opentelemetry/api';
import type { Phase } from './bridge-state.ts';
import type { CallRecord } from './call-record.ts';
import * as attribute from './signals/attributes.ts';
import { waitSpan } from './signals/spans.ts';

/** Shorter waits are only in the call's attributes: a span for each would cost more than it tells. */
const SHOWN_ABOVE_MS = 10;

/** Makes the span of a wait that is over, as a child of its call. */
export function showWait(
  tracer: Tracer,
  record: CallRecord,
  phase: Exclude<Phase, 'attempt'>,
  endedAt: number,
  durationMs: number,
): void {
  if (!(durationMs > SHOWN_ABOVE_MS)) return;
  const options = {
    kind: SpanKind.INTERNAL,
    // Two clocks may have measured the wait and the call: a child that begins before its parent would look like an error.
    startTime: Math.max(record.startedAt, endedAt - durationMs),
    attributes: { [attribute.operation.name]: record.call.operation, [attribute.phase.name]: phase },
  };
  tracer.startSpan(waitSpan.name, options, record.context).end(endedAt);
}

/** Ends the backoff under way, if any, at `endedAt`. */
export function endBackoff(tracer: Tracer, record: CallRecord, endedAt: number): void {
  const startedAt = record.backoffStartedAt;
  if (startedAt === undefined) return;
  record.backoffStartedAt = undefined;
  showWait(tracer, record, 'backoff', endedAt, endedAt - startedAt);
}

/**
 * Shows the waits of a call that had no span while it waited: for tokens first, then for a slot. `endingMs` is a wait for tokens that
 * ends just now, which its own event shows.
 */
export function showEarlierWaits(tracer: Tracer, record: CallRecord, endingMs: number): void {
  const { call, startedAt } = record;
  const limiterMs = call.limiterMs - endingMs;
  showWait(tracer, record, 'limiter', startedAt + limiterMs, limiterMs);
  showWait(tracer, record, 'queue', startedAt + limiterMs + call.queueMs, call.queueMs);
  record.limiterShownMs = limiterMs;
  record.queueShownMs = call.queueMs;
}

/** Shows the waits that ended without an event of their own: a deadline or an abort met the call while it waited. */
export function showRemainingWaits(tracer: Tracer, record: CallRecord, endedAt: number): void {
  endBackoff(tracer, record, endedAt);
  const { call, refusedAt = endedAt } = record;
  showWait(tracer, record, 'limiter', endedAt, call.limiterMs - record.limiterShownMs);
  showWait(tracer, record, 'queue', refusedAt, call.queueMs - record.queueShownMs);
}
