import type { StoreErrorMode, StoreResult, StoreState } from '@crossbridge/core';
import type { AttributeDefinition } from './definitions.ts';

export const store: AttributeDefinition<'redis'> = {
  name: 'crossbridge.rate_limit.store.type',
  type: 'string',
  description: 'The shared store of rate limits.',
  bound: 'values',
  values: { redis: 'Redis or Valkey.' },
};

export const storeResult: AttributeDefinition<StoreResult> = {
  name: 'crossbridge.rate_limit.store.result',
  type: 'string',
  description: 'How a request to the shared store ended.',
  bound: 'values',
  values: { ok: 'Answered.', error: 'Failed.', timeout: 'Not answered in time.' },
};

export const storeState: AttributeDefinition<StoreState> = {
  name: 'crossbridge.rate_limit.store.state',
  type: 'string',
  description: 'Whether the shared store decides.',
  bound: 'values',
  values: {
    up: 'It decides.',
    down: 'It has failed, and on_store_error decides.',
    ramping: 'It is back, and gets more requests with each good answer.',
  },
};

export const storeFrom: AttributeDefinition<StoreState> = {
  ...storeState,
  name: 'crossbridge.rate_limit.store.from',
  description: 'State of the shared store before the change.',
};

export const storeTo: AttributeDefinition<StoreState> = {
  ...storeState,
  name: 'crossbridge.rate_limit.store.to',
  description: 'State of the shared store after the change.',
};

export const storeOnError: AttributeDefinition<StoreErrorMode> = {
  name: 'crossbridge.rate_limit.store.on_error',
  type: 'string',
  description: 'What decides while the shared store does not.',
  bound: 'values',
  values: { local: 'A share of the limit for each process.', allow: 'Everybody passes.', deny: 'Nobody passes.' },
};
