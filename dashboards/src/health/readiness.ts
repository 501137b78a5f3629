import { healthStatus as status } from '../../../packages/otel/src/signals/attributes.ts';
import { healthOverall, healthReady } from '../../../packages/otel/src/signals/metrics.ts';
import { HEALTH_CODES, HEALTH_STATES, overallHealth } from '../measures/health.ts';
import type { Row } from '../model.ts';
import { counted, gauge, stateOfInstances } from '../promql.ts';

export const readiness: Row = {
  title: 'Readiness',
  height: 7,
  panels: [
    overallHealth,
    {
      type: 'stat',
      title: 'Processes ready',
      description:
        'Processes that take traffic, as far as health says: `/readyz` answers 200 there, unless they stop or their event loop is stuck.',
      unit: 'short',
      width: 4,
      thresholds: [{ color: 'red' }, { color: 'green', from: 1 }],
      noValue: 'No health checks',
      runbooks: ['unhealthy'],
      queries: [{ expression: gauge(healthReady), legend: 'ready' }],
    },
    {
      type: 'stat',
      title: 'Processes not ready',
      description:
        'Processes in which a required check is unhealthy, or nothing works or is known yet: `/readyz` answers 503 there and no traffic should reach them.',
      unit: 'short',
      width: 4,
      thresholds: [{ color: 'green' }, { color: 'red', from: 1 }],
      noValue: 'No health checks',
      runbooks: ['unhealthy'],
      queries: [{ expression: `${counted(healthReady)} - ${gauge(healthReady)}`, legend: 'not ready' }],
    },
    {
      type: 'state-timeline',
      title: 'Each process',
      description:
        'All health checks together, in each process: one that differs from the others has a trouble of its own.',
      unit: 'none',
      width: 12,
      noValue: 'No health checks',
      states: HEALTH_STATES,
      runbooks: ['unhealthy', 'degraded'],
      queries: [{ expression: stateOfInstances(healthOverall, status, HEALTH_CODES), legend: '{{job}} {{instance}}' }],
    },
  ],
};
