import {
  healthCheck,
  patchStatus as patch,
  patchModule,
  healthStatus as status,
} from '../../../packages/otel/src/signals/attributes.ts';
import { healthOverall, healthStatus, patchStatus } from '../../../packages/otel/src/signals/metrics.ts';
import type { StateTimelinePanel, StateValue, StatPanel } from '../model.ts';
import { state } from '../promql.ts';
import { legend } from '../selector.ts';

/** By how much each status should worry. */
export const HEALTH_CODES = { healthy: 0, unknown: 1, degraded: 2, unhealthy: 3 } as const;

export const HEALTH_STATES: readonly StateValue[] = [
  { value: HEALTH_CODES.healthy, text: 'healthy', color: 'green' },
  { value: HEALTH_CODES.unknown, text: 'unknown', color: 'text' },
  { value: HEALTH_CODES.degraded, text: 'degraded', color: 'orange' },
  { value: HEALTH_CODES.unhealthy, text: 'unhealthy', color: 'red' },
];

const PATCH_CODES = { active: 0, not_outermost: 1, missing: 2 } as const;

/** The worst overall status of any process. */
export const overallHealth: StatPanel = {
  type: 'stat',
  title: 'Overall',
  description:
    'All health checks together, in the process that is worst off. Healthy: every check passes. Degraded: some do, or an optional dependency does not. Unknown: no recent result.',
  unit: 'none',
  width: 4,
  noValue: 'No health checks',
  states: HEALTH_STATES,
  runbooks: ['unhealthy', 'degraded'],
  queries: [{ expression: state(healthOverall, status, HEALTH_CODES), legend: 'overall' }],
};

/** A band for each check. */
export const checkTimeline: StateTimelinePanel = {
  type: 'state-timeline',
  title: 'Health checks',
  description: 'Status of each check, in the process that is worst off.',
  unit: 'none',
  width: 12,
  noValue: 'No health checks',
  states: HEALTH_STATES,
  runbooks: ['unhealthy', 'dependency-down', 'health-unknown'],
  queries: [{ expression: state(healthStatus, status, HEALTH_CODES, [healthCheck]), legend: legend(healthCheck) }],
};

/** A band for each module that the agent patches. */
export const patchTimeline: StateTimelinePanel = {
  type: 'state-timeline',
  title: 'Is CrossBridge in front?',
  description:
    'Whether the agent sees the calls of each module first. Missing: the module could not be patched and its calls are not protected. Behind: another library wrapped it afterwards and may retry or fail before CrossBridge does; load the agent after it.',
  unit: 'none',
  width: 8,
  noValue: 'The agent patched nothing',
  states: [
    { value: PATCH_CODES.active, text: 'in front', color: 'green' },
    { value: PATCH_CODES.not_outermost, text: 'behind', color: 'orange' },
    { value: PATCH_CODES.missing, text: 'missing', color: 'red' },
  ],
  runbooks: ['patch-not-in-front'],
  queries: [{ expression: state(patchStatus, patch, PATCH_CODES, [patchModule]), legend: legend(patchModule) }],
};
