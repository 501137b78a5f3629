import * as attribute from './attributes.ts';
import type { EventDefinition } from './definitions.ts';

// Nothing but events is exported here: the catalogue lists whatever this module exports.

export const retry: EventDefinition = {
  name: 'crossbridge.retry',
  description: 'An attempt failed and another follows. Never in shadow mode: there none follows.',
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
  attributes: [attribute.operation, attribute.breakerFrom, attribute.breakerTo, attribute.breakerTarget],
};

export const hedge: EventDefinition = {
  name: 'crossbridge.hedge',
  description: 'An attempt takes long, and it was decided whether it gets another beside it.',
  attributes: [attribute.attemptNumber, attribute.hedgeDecision, attribute.mode, attribute.hedgeDelay],
};

export const timeout: EventDefinition = {
  name: 'crossbridge.timeout',
  description: 'Time ran out and, in shadow mode, the call went on. Without shadow mode the outcome says it.',
  attributes: [attribute.timeoutScope, attribute.mode, attribute.timeoutLimit],
};
