import { MARKS } from './annotations.ts';
import type { Dashboard } from './model.ts';
import { breakers } from './overview/breakers.ts';
import { calls } from './overview/calls.ts';
import { health } from './overview/health.ts';
import { latency } from './overview/latency.ts';
import { objectiveRow } from './overview/objective.ts';
import { retries } from './overview/retries.ts';
import { throttles } from './overview/throttles.ts';
import { instance, objective, operation, service } from './variables.ts';

/** What the outgoing calls of a service do: from what the application gets down to the mechanisms behind it. */
export const overview: Dashboard = {
  name: 'overview',
  description:
    'Outgoing calls under CrossBridge: success as the application sees it, retries, throttles and rejections, circuit breakers, latency and health. Every panel leads on to the details.',
  variables: [service, instance, operation, objective],
  annotations: MARKS,
  rows: [objectiveRow, calls, retries, throttles, breakers, latency, health],
};
