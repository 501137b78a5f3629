import * as attribute from './attributes.ts';
import type { CounterDefinition, GaugeDefinition, HistogramDefinition } from './definitions.ts';
import { DURATION_BOUNDARIES } from './definitions.ts';

export const rateLimitRequests: CounterDefinition = {
  name: 'crossbridge.rate_limit.requests',
  type: 'counter',
  unit: '{request}',
  description: 'Decisions of rate limits.',
  attributes: [attribute.operation, attribute.rateLimitName, attribute.rateLimitResult, attribute.mode],
  optional: [],
};

export const rateLimitWaitDuration: HistogramDefinition = {
  name: 'crossbridge.rate_limit.wait.duration',
  type: 'histogram',
  unit: 's',
  description: 'Time from asking a rate limit that is enforced to its decision.',
  attributes: [attribute.operation, attribute.rateLimitName, attribute.rateLimitResult],
  optional: [],
  boundaries: DURATION_BOUNDARIES,
};

export const rateLimitLimit: GaugeDefinition = {
  name: 'crossbridge.rate_limit.limit',
  type: 'gauge',
  unit: '{token}',
  description: 'Configured capacity of the rate limit.',
  attributes: [attribute.operation, attribute.rateLimitName],
  optional: [],
};

export const bulkheadActive: GaugeDefinition = {
  name: 'crossbridge.bulkhead.active',
  type: 'gauge',
  unit: '{call}',
  description: 'Slots of the bulkhead that are taken.',
  attributes: [attribute.operation],
  optional: [],
};

export const bulkheadQueued: GaugeDefinition = {
  name: 'crossbridge.bulkhead.queued',
  type: 'gauge',
  unit: '{call}',
  description: 'Calls that wait for a slot of the bulkhead.',
  attributes: [attribute.operation],
  optional: [],
};

export const bulkheadLimit: GaugeDefinition = {
  name: 'crossbridge.bulkhead.limit',
  type: 'gauge',
  unit: '{call}',
  description: 'Configured slots of the bulkhead.',
  attributes: [attribute.operation],
  optional: [],
};

export const bulkheadRejections: CounterDefinition = {
  name: 'crossbridge.bulkhead.rejections',
  type: 'counter',
  unit: '{call}',
  description: 'Calls that the bulkhead refused.',
  attributes: [attribute.operation, attribute.mode],
  optional: [],
};

export const breakerState: GaugeDefinition = {
  name: 'crossbridge.circuit_breaker.state',
  type: 'gauge',
  unit: '{breaker}',
  description: 'State of the circuit breaker: 1 for the state it is in, 0 for every other.',
  attributes: [attribute.operation, attribute.breakerState],
  optional: [],
  oneHot: attribute.breakerState,
};

export const breakerTransitions: CounterDefinition = {
  name: 'crossbridge.circuit_breaker.transitions',
  type: 'counter',
  unit: '{transition}',
  description: 'Changes of state of the circuit breaker.',
  attributes: [attribute.operation, attribute.breakerFrom, attribute.breakerTo],
  optional: [],
};

export const breakerRejections: CounterDefinition = {
  name: 'crossbridge.circuit_breaker.rejections',
  type: 'counter',
  unit: '{call}',
  description: 'Calls that the circuit breaker kept away from the upstream.',
  attributes: [attribute.operation, attribute.mode],
  optional: [],
};

export const rateLimitKeys: GaugeDefinition = {
  name: 'crossbridge.rate_limit.keys',
  type: 'gauge',
  unit: '{key}',
  description: 'Keys whose tokens are remembered, of all rate limits together.',
  attributes: [],
  optional: [],
};

export const rateLimitEvictions: CounterDefinition = {
  name: 'crossbridge.rate_limit.evictions',
  type: 'counter',
  unit: '{key}',
  description: 'Keys whose bucket was full again and gave its place to another key: nothing was lost.',
  attributes: [],
  optional: [],
};

export const rateLimitOverflows: CounterDefinition = {
  name: 'crossbridge.rate_limit.overflows',
  type: 'counter',
  unit: '{decision}',
  description: 'Decisions on new keys that had to share a bucket, since every other was in use: max_keys is too small.',
  attributes: [],
  optional: [],
};

export const quotaRemaining: GaugeDefinition = {
  name: 'crossbridge.upstream.quota.remaining',
  type: 'gauge',
  unit: '{item}',
  description: 'What the provider said last is left of its quota.',
  attributes: [attribute.operation, attribute.quotaName],
  optional: [],
};

export const quotaLimit: GaugeDefinition = {
  name: 'crossbridge.upstream.quota.limit',
  type: 'gauge',
  unit: '{item}',
  description: 'What the provider said last its quota is.',
  attributes: [attribute.operation, attribute.quotaName],
  optional: [],
};
