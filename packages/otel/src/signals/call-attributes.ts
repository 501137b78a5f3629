import type { AttemptOutcome, CallOutcome, PolicyMode } from '@crossbridge/core';
import type { Phase } from '../bridge-state.ts';
import type { AttributeDefinition } from './definitions.ts';

export const operation: AttributeDefinition = {
  name: 'crossbridge.operation',
  type: 'string',
  description: 'The kind of call, as named in the configuration.',
  bound: 'config',
  values: {},
};

export const outcome: AttributeDefinition<CallOutcome | AttemptOutcome> = {
  name: 'crossbridge.outcome',
  type: 'string',
  description: 'How the call or the attempt ended. An attempt is never throttled or rejected: it was not made.',
  bound: 'values',
  values: {
    success: 'The callee answered.',
    error: 'The callee failed and nothing was left to try.',
    throttled: 'One of our own rate limits refused the call.',
    rejected: 'The bulkhead or the circuit breaker refused the call.',
    timeout: 'An attempt timeout or the deadline ended it.',
    cancelled: 'The caller aborted it.',
  },
};

export const errorType: AttributeDefinition = {
  name: 'error.type',
  type: 'string',
  description:
    'A status code, a code of CrossBridge, a class name from a bounded list, or `_OTHER`. Absent on success.',
  bound: 'error_types',
  values: {},
};

export const phase: AttributeDefinition<Phase> = {
  name: 'crossbridge.phase',
  type: 'string',
  description: 'What a part of a call was spent on.',
  bound: 'values',
  values: {
    limiter: 'Waiting for the rate limit.',
    queue: 'Waiting for a slot of the bulkhead.',
    attempt: 'Inside attempts.',
    backoff: 'Waiting between attempts.',
  },
};

export const mode: AttributeDefinition<PolicyMode> = {
  name: 'crossbridge.mode',
  type: 'string',
  description: 'Whether a decision was carried out.',
  bound: 'values',
  values: {
    enforce: 'Carried out.',
    shadow: 'Only recorded: the call went on as if the policy were not there.',
  },
};

export const callAttempts: AttributeDefinition = {
  name: 'crossbridge.call.attempts',
  type: 'int',
  description: 'Attempts made; 0 when the call was refused before the first.',
  bound: 'nothing',
  values: {},
};

export const callLimiterDuration: AttributeDefinition = {
  name: 'crossbridge.call.limiter.duration',
  type: 'double',
  description: 'Seconds spent waiting for the rate limit.',
  bound: 'nothing',
  values: {},
};

export const callQueueDuration: AttributeDefinition = {
  name: 'crossbridge.call.queue.duration',
  type: 'double',
  description: 'Seconds spent waiting for a slot of the bulkhead.',
  bound: 'nothing',
  values: {},
};

export const callBackoffDuration: AttributeDefinition = {
  name: 'crossbridge.call.backoff.duration',
  type: 'double',
  description: 'Seconds spent waiting between attempts.',
  bound: 'nothing',
  values: {},
};

export const kept: AttributeDefinition = {
  name: 'crossbridge.call.kept',
  type: 'boolean',
  description:
    'True where the sampler had dropped the call and its trace is there because it hurt; for whoever counts by sampling ratio.',
  bound: 'nothing',
  values: {},
};

export const keyHash: AttributeDefinition = {
  name: 'crossbridge.key.hash',
  type: 'string',
  description: 'First 16 hexadecimal digits of the SHA-256 of the key. Only when asked for, and only on spans.',
  bound: 'nothing',
  values: {},
};

export const fallback: AttributeDefinition = {
  name: 'crossbridge.fallback',
  type: 'boolean',
  description: "True when the caller's fallback stood in for the failure; absent otherwise.",
  bound: 'nothing',
  values: {},
};
