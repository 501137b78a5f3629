import * as attribute from './attributes.ts';
import type { CounterDefinition, HistogramDefinition, UpDownCounterDefinition } from './definitions.ts';
import { DURATION_BOUNDARIES } from './definitions.ts';

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

export const fallbackCalls: CounterDefinition = {
  name: 'crossbridge.fallback.calls',
  type: 'counter',
  unit: '{call}',
  description: "Calls whose failure the caller's fallback stood in for; their outcome is still that of the failure.",
  attributes: [attribute.operation, attribute.errorType],
  optional: [],
};
