import type { HealthStatus } from '@crossbridge/core';
import type { Attributes } from '@opentelemetry/api';
import * as attribute from './signals/attributes.ts';

/** Labels of one change of a health check: the same for its zero and for its count. */
export function healthTransition(check: string, from: HealthStatus, to: HealthStatus): Attributes {
  return {
    [attribute.healthCheck.name]: check,
    [attribute.healthFrom.name]: from,
    [attribute.healthTo.name]: to,
  };
}
