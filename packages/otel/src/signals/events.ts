import * as attribute from './attributes.ts';
import type { EventDefinition } from './definitions.ts';

// Nothing but events is exported here: the catalogue lists whatever this module exports.

export const retry: EventDefinition = {
  name: 'crossbridge.retry',
  description: 'An attempt failed and another follows.',
  attributes: [attribute.attemptNumber, attribute.errorType, attribute.retryDelay, attribute.delaySource],
};

export const throttled: EventDefinition = {
  name: 'crossbridge.throttled',
  description: 'A rate limit refused the call, or would have in shadow mode.',
  attributes: [attribute.rateLimitName, attribute.mode, attribute.rateLimitRetryAfter],
};

export const breakerStateChanged: EventDefinition = {
  name: 'crossbridge.circuit_breaker.state_changed',
  description: 'The call, or its result, moved the circuit breaker.',
  attributes: [attribute.operation, attribute.breakerFrom, attribute.breakerTo],
};
