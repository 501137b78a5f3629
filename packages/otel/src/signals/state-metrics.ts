import * as attribute from './attributes.ts';
import type { CounterDefinition, GaugeDefinition } from './definitions.ts';

export const healthStatus: GaugeDefinition = {
  name: 'crossbridge.health.status',
  type: 'gauge',
  unit: '{check}',
  description: 'Status of the health check: 1 for the status it has, 0 for every other.',
  attributes: [attribute.healthCheck, attribute.healthStatus],
  optional: [],
  oneHot: attribute.healthStatus,
};

export const healthOverall: GaugeDefinition = {
  name: 'crossbridge.health.overall',
  type: 'gauge',
  unit: '{process}',
  description: 'Status of all health checks together: 1 for the status it has, 0 for every other.',
  attributes: [attribute.healthStatus],
  optional: [],
  oneHot: attribute.healthStatus,
};

export const patchStatus: GaugeDefinition = {
  name: 'crossbridge.patch.status',
  type: 'gauge',
  unit: '{module}',
  description: 'Whether the agent is in front of the module: 1 for the status it has, 0 for every other.',
  attributes: [attribute.patchModule, attribute.patchStatus],
  optional: [],
  oneHot: attribute.patchStatus,
};

export const configReloads: CounterDefinition = {
  name: 'crossbridge.config.reloads',
  type: 'counter',
  unit: '{reload}',
  description: 'Changed configurations that were read while the process ran.',
  attributes: [attribute.reloadResult],
  optional: [],
};
