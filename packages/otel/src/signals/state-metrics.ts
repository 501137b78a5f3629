import * as attribute from './attributes.ts';
import {
  type CounterDefinition,
  DURATION_BOUNDARIES,
  type GaugeDefinition,
  type HistogramDefinition,
} from './definitions.ts';

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

export const healthReady: GaugeDefinition = {
  name: 'crossbridge.health.ready',
  type: 'gauge',
  unit: '{process}',
  description: 'Whether to send the process traffic, as far as health says: 1, else 0.',
  attributes: [],
  optional: [],
};

export const healthRequired: GaugeDefinition = {
  name: 'crossbridge.health.required',
  type: 'gauge',
  unit: '{check}',
  description: 'Whether the process cannot work without what the health check is about: 1, else 0.',
  attributes: [attribute.healthCheck],
  optional: [],
};

export const healthFlapping: GaugeDefinition = {
  name: 'crossbridge.health.flapping',
  type: 'gauge',
  unit: '{check}',
  description: 'Whether the health check changes its status so often that no single one can be trusted: 1, else 0.',
  attributes: [attribute.healthCheck],
  optional: [],
};

export const healthTransitions: CounterDefinition = {
  name: 'crossbridge.health.transitions',
  type: 'counter',
  unit: '{transition}',
  description: 'Changes of the settled status of the health check.',
  attributes: [attribute.healthCheck, attribute.healthFrom, attribute.healthTo],
  optional: [],
};

export const healthCheckDuration: HistogramDefinition = {
  name: 'crossbridge.health.check.duration',
  type: 'histogram',
  unit: 's',
  description: 'Duration of one run of the health check, with the status that this run found.',
  attributes: [attribute.healthCheck, attribute.healthStatus],
  optional: [],
  boundaries: DURATION_BOUNDARIES,
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

export const telemetryLosses: CounterDefinition = {
  name: 'crossbridge.telemetry.losses',
  type: 'counter',
  unit: '{item}',
  description: 'What CrossBridge would have told and did not.',
  attributes: [attribute.telemetryLoss],
  optional: [],
};
