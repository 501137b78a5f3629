import type { AttemptKind, BridgeEvent, DelaySource, HedgeDecision, RetryDecision } from '@crossbridge/core';
import type { AttributeDefinition } from './definitions.ts';

export const attemptKind: AttributeDefinition<AttemptKind> = {
  name: 'crossbridge.attempt.kind',
  type: 'string',
  description: 'What the attempt is to its call.',
  bound: 'values',
  values: {
    initial: 'The first attempt.',
    retry: 'One after a failure.',
    hedge: 'One beside an attempt that takes long.',
  },
};

export const attemptNumber: AttributeDefinition = {
  name: 'crossbridge.attempt.number',
  type: 'int',
  description: 'Number of the attempt within its call; 1 for the first.',
  bound: 'nothing',
  values: {},
};

/** Of the HTTP semantic conventions. */
export const resendCount: AttributeDefinition = {
  name: 'http.request.resend_count',
  type: 'int',
  description: 'How often the request was sent before; absent the first time.',
  bound: 'nothing',
  values: {},
};

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
    nested: 'The call is part of an attempt of another call, which is tried again as a whole.',
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

export const hedgeDecision: AttributeDefinition<HedgeDecision> = {
  name: 'crossbridge.hedge.decision',
  type: 'string',
  description: 'Why an attempt that takes long got, or did not get, another beside it.',
  bound: 'values',
  values: {
    hedged: 'Another attempt runs beside it.',
    budget_empty: 'The retry budget, which hedges share, is spent.',
    circuit_open: 'The circuit breaker would refuse the attempt.',
    throttled: 'A rate limit that counts attempts has no tokens.',
    not_idempotent: 'The request is not safe to send twice.',
  },
};

export const hedgeDelay: AttributeDefinition = {
  name: 'crossbridge.hedge.delay',
  type: 'double',
  description: 'Seconds that an attempt may take before it gets another beside it.',
  bound: 'nothing',
  values: {},
};

export const timeoutScope: AttributeDefinition<Extract<BridgeEvent, { readonly type: 'timeout.exceeded' }>['scope']> = {
  name: 'crossbridge.timeout.scope',
  type: 'string',
  description: 'What ran out of time.',
  bound: 'values',
  values: { attempt: 'One attempt.', total: 'The whole call: its waits, every attempt and backoff.' },
};

export const timeoutLimit: AttributeDefinition = {
  name: 'crossbridge.timeout.limit',
  type: 'double',
  description: 'Seconds that the timeout allows.',
  bound: 'nothing',
  values: {},
};
