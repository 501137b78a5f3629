import * as attribute from './attributes.ts';
import type { EventDefinition } from './definitions.ts';

// Nothing but log records is exported here: the catalogue lists whatever this module exports.

export const breakerStateChanged: EventDefinition = {
  name: 'crossbridge.circuit_breaker.state_changed',
  description: 'A circuit breaker moved, by the result or the arrival of a call or by an operator.',
  attributes: [attribute.operation, attribute.breakerFrom, attribute.breakerTo, attribute.breakerTarget],
};

export const healthChanged: EventDefinition = {
  name: 'crossbridge.health.changed',
  description: 'The settled status of a health check changed, or the check began or ceased to flap.',
  attributes: [
    attribute.healthCheck,
    attribute.healthFrom,
    attribute.healthTo,
    attribute.healthFlapping,
    attribute.healthMessage,
  ],
};

export const healthOverallChanged: EventDefinition = {
  name: 'crossbridge.health.overall_changed',
  description: 'The status of all health checks together changed.',
  attributes: [attribute.healthFrom, attribute.healthTo],
};

export const featuresChanged: EventDefinition = {
  name: 'crossbridge.features.changed',
  description: 'Degraded mode switched features of the application.',
  attributes: [attribute.featuresEnabled, attribute.featuresDisabled],
};

export const configReloaded: EventDefinition = {
  name: 'crossbridge.config.reloaded',
  description: 'A changed configuration was read while the process ran.',
  attributes: [attribute.reloadResult],
};

export const storeChanged: EventDefinition = {
  name: 'crossbridge.rate_limit.store_changed',
  description: 'The shared store of rate limits failed, is tried again, or decides again.',
  attributes: [attribute.storeFrom, attribute.storeTo, attribute.storeOnError],
};
