import type { BreakerState } from '@crossbridge/core';
import type { RateLimitResult } from '../bridge-state.ts';
import type { AttributeDefinition } from './definitions.ts';

export const rateLimitName: AttributeDefinition = {
  name: 'crossbridge.rate_limit.name',
  type: 'string',
  description: 'The rate limit that decided, as named in the configuration.',
  bound: 'config',
  values: {},
};

export const rateLimitResult: AttributeDefinition<RateLimitResult> = {
  name: 'crossbridge.rate_limit.result',
  type: 'string',
  description: 'What the rate limit decided.',
  bound: 'values',
  values: {
    admitted: 'Tokens were there, at once or after a wait.',
    throttled: 'Refused: no tokens, and no wait that would fit.',
    cancelled: 'The caller aborted the call while it waited.',
  },
};

export const rateLimitRetryAfter: AttributeDefinition = {
  name: 'crossbridge.rate_limit.retry_after',
  type: 'double',
  description: 'Seconds after which the rate limit would admit the call.',
  bound: 'nothing',
  values: {},
};

const BREAKER_STATES: Readonly<Record<BreakerState, string>> = {
  closed: 'Calls pass.',
  open: 'Calls are refused.',
  half_open: 'A few probes pass and decide.',
  isolated: 'An operator holds it open.',
};

export const breakerState: AttributeDefinition<BreakerState> = {
  name: 'crossbridge.circuit_breaker.state',
  type: 'string',
  description: 'State of the circuit breaker; on a call span, the last one that the call met.',
  bound: 'values',
  values: BREAKER_STATES,
};

export const breakerFrom: AttributeDefinition<BreakerState> = {
  name: 'crossbridge.circuit_breaker.from',
  type: 'string',
  description: 'State before a transition.',
  bound: 'values',
  values: BREAKER_STATES,
};

export const breakerTo: AttributeDefinition<BreakerState> = {
  name: 'crossbridge.circuit_breaker.to',
  type: 'string',
  description: 'State after a transition.',
  bound: 'values',
  values: BREAKER_STATES,
};

export const breakerTarget: AttributeDefinition = {
  name: 'crossbridge.circuit_breaker.target',
  type: 'string',
  description: 'Whose breaker it is, where each target has its own; absent where the operation has one.',
  bound: 'nothing',
  values: {},
};

export const quotaName: AttributeDefinition = {
  name: 'crossbridge.upstream.quota.name',
  type: 'string',
  description: 'What the provider counts, such as requests or tokens; eight names of an operation at most.',
  bound: 'few',
  values: {},
};
