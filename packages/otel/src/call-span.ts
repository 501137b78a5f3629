import { hash } from 'node:crypto';
import type { BreakerState, BridgeEvent, CallInfo } from '@crossbridge/core';
import { type Attributes, type Context, type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { CallRecord } from './call-record.ts';
import * as attribute from './signals/attributes.ts';

/** The event of that type. */
export type Told<Type extends BridgeEvent['type']> = Extract<BridgeEvent, { readonly type: Type }>;

export function startCallSpan(tracer: Tracer, call: CallInfo, startTime: number, parent: Context): Span {
  const options = { kind: SpanKind.INTERNAL, startTime, attributes: callSpanAttributes(call) };
  return tracer.startSpan(call.operation, options, parent);
}

/** What is known of a call when it begins: all that a sampler gets to see. */
export function callSpanAttributes(call: CallInfo): Attributes {
  return { [attribute.operation.name]: call.operation };
}

/** Pseudonymous, not anonymous: whoever can guess a key can recognise its hash. */
export function hashKey(key: string): string {
  return hash('sha256', key, 'hex').slice(0, 16);
}

export function retryAttributes(event: Told<'retry.decided'>): Attributes {
  return {
    [attribute.attemptNumber.name]: event.attempt,
    [attribute.errorType.name]: event.errorType,
    [attribute.retryDelay.name]: event.delayMs / 1000,
    [attribute.delaySource.name]: event.source,
  };
}

export function throttledAttributes(event: Told<'rate_limit.decided'>): Attributes {
  return {
    [attribute.rateLimitName.name]: event.rateLimit,
    [attribute.mode.name]: event.mode,
    [attribute.rateLimitRetryAfter.name]: event.retryAfterMs / 1000,
  };
}

export function hedgeAttributes(event: Told<'hedge.decided'>): Attributes {
  return {
    [attribute.attemptNumber.name]: event.attempt,
    [attribute.hedgeDecision.name]: event.decision,
    [attribute.mode.name]: event.mode,
    [attribute.hedgeDelay.name]: event.delayMs / 1000,
  };
}

export function timeoutAttributes(event: Told<'timeout.exceeded'>): Attributes {
  return {
    [attribute.timeoutScope.name]: event.scope,
    [attribute.mode.name]: event.mode,
    [attribute.timeoutLimit.name]: event.limitMs / 1000,
  };
}

export function transitionAttributes(event: Told<'circuit_breaker.changed'>): Attributes {
  const attributes: Attributes = {
    [attribute.operation.name]: event.operation,
    [attribute.breakerFrom.name]: event.from,
    [attribute.breakerTo.name]: event.to,
  };
  if (event.target !== undefined) attributes[attribute.breakerTarget.name] = event.target;
  return attributes;
}

export function endCallSpan(
  record: CallRecord,
  event: Told<'call.ended'>,
  breaker: BreakerState | undefined,
  endedAt: number,
): void {
  const { span, call } = record;
  const attributes: Attributes = {
    [attribute.outcome.name]: event.outcome,
    [attribute.callAttempts.name]: call.attempts,
  };
  if (!record.own) attributes[attribute.operation.name] = call.operation;
  if (record.kept) attributes[attribute.kept.name] = true;
  // A wait that there was not is not told: each attribute costs, and most calls wait for nothing.
  if (call.limiterMs > 0) attributes[attribute.callLimiterDuration.name] = call.limiterMs / 1000;
  if (call.queueMs > 0) attributes[attribute.callQueueDuration.name] = call.queueMs / 1000;
  if (call.backoffMs > 0) attributes[attribute.callBackoffDuration.name] = call.backoffMs / 1000;
  if (record.rateLimitResult !== undefined) attributes[attribute.rateLimitResult.name] = record.rateLimitResult;
  if (breaker !== undefined) attributes[attribute.breakerState.name] = breaker;
  if (record.retryDecision !== undefined) attributes[attribute.retryDecision.name] = record.retryDecision;
  if (event.errorType !== undefined) attributes[attribute.errorType.name] = event.errorType;
  span.setAttributes(attributes);
  // A span that somebody else began is theirs to judge and to end.
  if (!record.own) return;
  if (event.outcome !== 'success' && event.outcome !== 'cancelled') span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(endedAt);
}
