import {
  healthCheck,
  patchStatus as patch,
  patchModule,
  healthStatus as status,
} from '../../../packages/otel/src/signals/attributes.ts';
import { healthOverall, healthStatus, patchStatus } from '../../../packages/otel/src/signals/metrics.ts';
import type { Row, StateValue } from '../model.ts';
import { state } from '../promql.ts';
import { legend } from '../selector.ts';

/** By how much each status should worry. */
const CODES = { healthy: 0, unknown: 1, degraded: 2, unhealthy: 3 } as const;

const STATES: readonly StateValue[] = [
  { value: CODES.healthy, text: 'healthy', color: 'green' },
  { value: CODES.unknown, text: 'unknown', color: 'text' },
  { value: CODES.degraded, text: 'degraded', color: 'orange' },
  { value: CODES.unhealthy, text: 'unhealthy', color: 'red' },
];

export const health: Row = {
  title: 'Health',
  height: 7,
  panels: [
    {
      type: 'stat',
      title: 'Overall',
      description:
        'All health checks together, in the process that is worst off. Healthy: every check passes. Degraded: some do, or an optional dependency does not. Unknown: no recent result.',
      unit: 'none',
      width: 4,
      noValue: 'No health checks',
      states: STATES,
      queries: [{ expression: state(healthOverall, status, CODES), legend: 'overall' }],
    },
    {
      type: 'state-timeline',
      title: 'Health checks',
      description: 'Status of each check, in the process that is worst off.',
      unit: 'none',
      width: 12,
      noValue: 'No health checks',
      states: STATES,
      queries: [{ expression: state(healthStatus, status, CODES, [healthCheck]), legend: legend(healthCheck) }],
    },
    {
      type: 'state-timeline',
      title: 'Is CrossBridge in front?',
      description:
        'Whether the agent sees the calls of each module first. Missing: the module could not be patched and its calls are not protected. Behind: another library wrapped it afterwards and may retry or fail before CrossBridge does; load the agent after it.',
      unit: 'none',
      width: 8,
      noValue: 'The agent patched nothing',
      states: [
        { value: 0, text: 'in front', color: 'green' },
        { value: 1, text: 'behind', color: 'orange' },
        { value: 2, text: 'missing', color: 'red' },
      ],
      queries: [
        {
          expression: state(patchStatus, patch, { active: 0, not_outermost: 1, missing: 2 }, [patchModule]),
          legend: legend(patchModule),
        },
      ],
    },
  ],
};
