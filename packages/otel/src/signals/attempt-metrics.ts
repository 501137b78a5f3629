import * as attribute from './attributes.ts';
import type { CounterDefinition, GaugeDefinition, HistogramDefinition } from './definitions.ts';
import { DURATION_BOUNDARIES } from './definitions.ts';

export const retryDecisions: CounterDefinition = {
  name: 'crossbridge.retry.decisions',
  type: 'counter',
  unit: '{decision}',
  description: 'Decisions, after failed attempts, whether to try again. In shadow mode nothing was tried again.',
  attributes: [attribute.operation, attribute.retryDecision, attribute.mode],
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

export const retryBudgetRemaining: GaugeDefinition = {
  name: 'crossbridge.retry.budget.remaining',
  type: 'gauge',
  unit: '1',
  description:
    'What is left of the retry budget, which hedges share: 1 while none of it is used, 0 when all of it is. It grows with the traffic.',
  attributes: [attribute.operation],
  optional: [],
};

export const hedgeDecisions: CounterDefinition = {
  name: 'crossbridge.hedge.decisions',
  type: 'counter',
  unit: '{decision}',
  description: 'Decisions whether an attempt that takes long gets another beside it. In shadow mode none got one.',
  attributes: [attribute.operation, attribute.hedgeDecision, attribute.mode],
  optional: [],
};

export const timeoutExceeded: CounterDefinition = {
  name: 'crossbridge.timeout.exceeded',
  type: 'counter',
  unit: '{timeout}',
  description: 'Attempts and calls that ran out of time. In shadow mode they went on.',
  attributes: [attribute.operation, attribute.timeoutScope, attribute.mode],
  optional: [],
};
