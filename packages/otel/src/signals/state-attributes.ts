import type { BridgeEvent, HealthStatus } from '@crossbridge/core';
import type { PatchStatus } from '../bridge-state.ts';
import type { AttributeDefinition } from './definitions.ts';

export const healthCheck: AttributeDefinition = {
  name: 'crossbridge.health.check',
  type: 'string',
  description: 'The health check, as named in the configuration.',
  bound: 'config',
  values: {},
};

export const healthStatus: AttributeDefinition<HealthStatus> = {
  name: 'crossbridge.health.status',
  type: 'string',
  description: 'Status of a health check, or of all of them together.',
  bound: 'values',
  values: {
    healthy: 'Works.',
    degraded: 'Works in part, or an optional dependency does not.',
    unhealthy: 'Does not work.',
    unknown: 'No result yet, or the last one is too old.',
  },
};

export const healthFrom: AttributeDefinition<HealthStatus> = {
  ...healthStatus,
  name: 'crossbridge.health.from',
  description: 'Status before the change.',
};

export const healthTo: AttributeDefinition<HealthStatus> = {
  ...healthStatus,
  name: 'crossbridge.health.to',
  description: 'Status after the change.',
};

export const healthFlapping: AttributeDefinition = {
  name: 'crossbridge.health.flapping',
  type: 'boolean',
  description: 'Whether the check changes its status so often that no single status can be trusted.',
  bound: 'nothing',
  values: {},
};

export const healthMessage: AttributeDefinition = {
  name: 'crossbridge.health.message',
  type: 'string',
  description: 'Why the check has its status, in words; secrets are redacted.',
  bound: 'nothing',
  values: {},
};

export const featuresEnabled: AttributeDefinition = {
  name: 'crossbridge.features.enabled',
  type: 'string',
  description: 'Features that degraded mode gave back, separated by commas.',
  bound: 'nothing',
  values: {},
};

export const featuresDisabled: AttributeDefinition = {
  name: 'crossbridge.features.disabled',
  type: 'string',
  description: 'Features that degraded mode took away, separated by commas.',
  bound: 'nothing',
  values: {},
};

export const patchModule: AttributeDefinition = {
  name: 'crossbridge.patch.module',
  type: 'string',
  description: 'A module that the agent patches; the list is part of the agent.',
  bound: 'config',
  values: {},
};

export const patchStatus: AttributeDefinition<PatchStatus> = {
  name: 'crossbridge.patch.status',
  type: 'string',
  description: 'Whether the agent is really in front of the module.',
  bound: 'values',
  values: {
    active: 'Patched, and every call passes through the patch first.',
    missing: 'The module was loaded and could not be patched.',
    not_outermost: 'Patched, but another library wrapped the module afterwards and may act before CrossBridge does.',
  },
};

export const reloadResult: AttributeDefinition<Extract<BridgeEvent, { readonly type: 'config.reloaded' }>['result']> = {
  name: 'crossbridge.config.reload.result',
  type: 'string',
  description: 'What became of a changed configuration.',
  bound: 'values',
  values: { applied: 'In force now.', rejected: 'It has errors: the one before stays in force.' },
};

export const telemetryLoss: AttributeDefinition<'call_not_kept' | 'log_suppressed'> = {
  name: 'crossbridge.telemetry.loss',
  type: 'string',
  description: 'What was lost.',
  bound: 'values',
  values: {
    call_not_kept: 'The trace of a call that hurt: the SDK did not take the span, since it uses another sampler.',
    log_suppressed: 'A log record: there had been too many like it.',
  },
};
