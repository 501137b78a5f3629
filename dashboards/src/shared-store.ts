import {
  type AttributeDefinition,
  DURATION_BOUNDARIES,
  type HistogramDefinition,
} from '../../packages/otel/src/signals/definitions.ts';

// These will come from the catalogue as soon as shared rate limits tell of their store; a test says when.

export const store: AttributeDefinition = {
  name: 'crossbridge.rate_limit.store',
  type: 'string',
  description: 'The shared store of rate limits.',
  bound: 'config',
  values: {},
};

export const storeResult: AttributeDefinition<'ok' | 'error' | 'timeout'> = {
  name: 'crossbridge.rate_limit.store.result',
  type: 'string',
  description: 'How a request to the shared store ended.',
  bound: 'values',
  values: { ok: 'Answered.', error: 'Failed.', timeout: 'Not answered in time.' },
};

export const storeDuration: HistogramDefinition = {
  name: 'crossbridge.rate_limit.store.duration',
  type: 'histogram',
  unit: 's',
  description: 'Duration of requests to the shared store of rate limits.',
  attributes: [store, storeResult],
  optional: [],
  boundaries: DURATION_BOUNDARIES,
};
