import { MARKS } from './annotations.ts';
import { agent } from './health/agent.ts';
import { checks } from './health/checks.ts';
import { dependencies } from './health/dependencies.ts';
import { readiness } from './health/readiness.ts';
import type { Dashboard } from './model.ts';
import { instance, operation, service } from './variables.ts';

/** Whether the service, what it depends on and CrossBridge itself are well. */
export const health: Dashboard = {
  name: 'health',
  description:
    'Whether the processes of a service are ready, how each check and each dependency fares, and whether CrossBridge itself is in front and tells all.',
  variables: [service, instance, operation],
  annotations: MARKS,
  rows: [readiness, checks, dependencies, agent],
};
