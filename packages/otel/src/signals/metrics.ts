import * as attribute from './attributes.ts';
import type {
  CounterDefinition,
  GaugeDefinition,
  HistogramDefinition,
  UpDownCounterDefinition,
} from './definitions.ts';
import { DURATION_BOUNDARIES } from './definitions.ts';

// Nothing but metrics is exported here: the catalogue lists whatever this module exports.

export const callDuration: HistogramDefinition = {
  name: 'crossbridge.call.duration',
  type: 'histogram',
  unit: 's',
  description: 'Duration of calls as the application sees them: waits, every attempt and backoff included.',
  attributes: [attribute.operation, attribute.outcome],
  optional: [attribute.errorType],
  boundaries: DURATION_BOUNDARIES,
};

export const callActive: UpDownCounterDefinition = {
  name: 'crossbridge.call.active',
  type: 'updowncounter',
  unit: '{call}',
  description: 'Calls under way, those that wait included.',
  attributes: [attribute.operation],
  optional: [],
};

export const callPhaseDuration: HistogramDefinition = {
  name: 'crossbridge.call.phase.duration',
  type: 'histogram',
  unit: 's',
  description: 'Time that calls spent in each phase; a phase that a call did not enter is not recorded.',
  attributes: [attribute.operation, attribute.phase],
  optional: [],
  boundaries: DURATION_BOUNDARIES,
};

export const attemptDuration: HistogramDefinition = {
  name: 'crossbridge.attempt.duration',
  type: 'histogram',
  unit: 's',
  description: "Duration of attempts: the upstream's own latency and errors.",
  attributes: [attribute.operation, attribute.attemptKind, attribute.outcome],
  optional: [attribute.errorType],
  boundaries: DURATION_BOUNDARIES,
};

export const retryDecisions: CounterDefinition = {
  name: 'crossbridge.retry.decisions',
  type: 'counter',
  unit: '{decision}',
  description: 'Decisions, after failed attempts, whether to try again.',
  attributes: [attribute.operation, attribute.retryDecision],
  optional: [attribute.errorType],
};

export const retryDelay: HistogramDefinition = {
  name: 'crossbridge.retry.delay',
  type: 'histogram',
  unit: 's',
  description: 'Waits chosen before retries.',
  attributes: [attribute.operation, attribute.delaySource],
  optional: [],
  boundaries: DURATION_BOUNDARIES,
};

export const retryWastedDuration: CounterDefinition = {
  name: 'crossbridge.retry.wasted.duration',
  type: 'counter',
  unit: 's',
  description: 'Time spent in attempts that failed or timed out.',
  attributes: [attribute.operation],
  optional: [],
};

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

export const healthStatus: GaugeDefinition = {
  name: 'crossbridge.health.status',
  type: 'gauge',
  unit: '{check}',
  description: 'Status of the health check: 1 for the status it has, 0 for every other.',
  attributes: [attribute.healthCheck, attribute.healthStatus],
  optional: [],
  oneHot: attribute.healthStatus,
};

export const healthOverall: GaugeDefinition = {
  name: 'crossbridge.health.overall',
  type: 'gauge',
  unit: '{process}',
  description: 'Status of all health checks together: 1 for the status it has, 0 for every other.',
  attributes: [attribute.healthStatus],
  optional: [],
  oneHot: attribute.healthStatus,
};

export const patchStatus: GaugeDefinition = {
  name: 'crossbridge.patch.status',
  type: 'gauge',
  unit: '{module}',
  description: 'Whether the agent is in front of the module: 1 for the status it has, 0 for every other.',
  attributes: [attribute.patchModule, attribute.patchStatus],
  optional: [],
  oneHot: attribute.patchStatus,
};
