import * as attribute from './attributes.ts';
import type { SpanDefinition } from './definitions.ts';
import * as event from './events.ts';

// Nothing but spans is exported here: the catalogue lists whatever this module exports.

export const callSpan: SpanDefinition = {
  name: '{operation}',
  kind: 'internal',
  description:
    'One call: waits, every attempt and backoff. Its status is an error when the call failed in the end, and unset when it succeeded, after however many attempts, or the caller cancelled it. A fallback changes neither outcome nor status.',
  attributes: [
    attribute.operation,
    attribute.outcome,
    attribute.callAttempts,
    attribute.callLimiterDuration,
    attribute.callQueueDuration,
    attribute.callBackoffDuration,
    attribute.rateLimitResult,
    attribute.breakerState,
    attribute.retryDecision,
    attribute.errorType,
    attribute.fallback,
    attribute.kept,
    attribute.keyHash,
  ],
  events: [event.retry, event.hedge, event.timeout, event.throttled, event.breakerStateChanged],
};

export const attemptSpan: SpanDefinition = {
  name: '{operation} attempt',
  kind: 'internal',
  description: 'One attempt, where no client span stands for it already.',
  attributes: [
    attribute.operation,
    attribute.attemptNumber,
    attribute.attemptKind,
    attribute.outcome,
    attribute.errorType,
  ],
  events: [],
};

export const waitSpan: SpanDefinition = {
  name: 'crossbridge.wait',
  kind: 'internal',
  description: 'A wait of more than 10 ms for the rate limit, for a slot of the bulkhead, or before a retry.',
  attributes: [attribute.operation, attribute.phase],
  events: [],
};

export const clientSpan: SpanDefinition = {
  name: '*',
  kind: 'client',
  description: 'A client span that another instrumentation starts inside an attempt; it gets these attributes.',
  attributes: [attribute.operation, attribute.attemptNumber, attribute.resendCount],
  events: [],
};
