import type { BreakerState, DelaySource, RetryDecision } from '@crossbridge/core';
import type { RateLimitResult } from '../bridge-state.ts';
import type { AttributeDefinition } from './definitions.ts';

export const retryDecision: AttributeDefinition<RetryDecision> = {
  name: 'crossbridge.retry.decision',
  type: 'string',
  description: 'Why a failed attempt was, or was not, followed by another.',
  bound: 'values',
  values: {
    retried: 'Another attempt follows.',
    exhausted: 'The policy allows no more attempts.',
    not_retryable: 'Trying again cannot help, or is not safe.',
    budget_empty: 'The retry budget is spent: too many calls are being retried already.',
    deadline: 'The wait would not fit the deadline of the call.',
    circuit_open: 'The circuit breaker would refuse the next attempt.',
    cancelled: 'The caller aborted the call.',
  },
};

export const retryDelay: AttributeDefinition = {
  name: 'crossbridge.retry.delay',
  type: 'double',
  description: 'Seconds the call waits before the next attempt.',
  bound: 'nothing',
  values: {},
};

export const delaySource: AttributeDefinition<DelaySource> = {
  name: 'crossbridge.delay.source',
  type: 'string',
  description: 'Who chose the length of a wait before a retry.',
  bound: 'values',
  values: { backoff: 'The retry policy.', retry_after: 'The server.' },
};

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
