import * as attribute from './attributes.ts';
import {
  type CounterDefinition,
  DURATION_BOUNDARIES,
  type GaugeDefinition,
  type HistogramDefinition,
} from './definitions.ts';

export const storeDuration: HistogramDefinition = {
  name: 'crossbridge.rate_limit.store.duration',
  type: 'histogram',
  unit: 's',
  description: 'Duration of requests to the shared store of rate limits.',
  attributes: [attribute.store, attribute.storeResult],
  optional: [],
  boundaries: DURATION_BOUNDARIES,
};

export const storeState: GaugeDefinition = {
  name: 'crossbridge.rate_limit.store.state',
  type: 'gauge',
  unit: '{process}',
  description: 'State of the shared store of rate limits: 1 for the state it is in, 0 for every other.',
  attributes: [attribute.storeState],
  optional: [],
  oneHot: attribute.storeState,
};

export const storeTransitions: CounterDefinition = {
  name: 'crossbridge.rate_limit.store.transitions',
  type: 'counter',
  unit: '{transition}',
  description: 'Changes of the state of the shared store of rate limits.',
  attributes: [attribute.storeFrom, attribute.storeTo],
  optional: [],
};

export const storeLeasedTokens: GaugeDefinition = {
  name: 'crossbridge.rate_limit.store.leased_tokens',
  type: 'gauge',
  unit: '{token}',
  description: 'Tokens of shared rate limits that the process has leased and not spent.',
  attributes: [],
  optional: [],
};
