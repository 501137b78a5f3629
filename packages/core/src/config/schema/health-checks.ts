import * as z from 'zod';
import type { HealthChecksInput } from '../input.ts';
import type { HealthCheckType } from '../types.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import type { Dialect } from './dialect.ts';
import { flag, list, number, oneOf, text } from './fields.ts';
import { httpMethod, REQUESTABLE_METHODS } from './http-method.ts';
import { address, expectStatus, headers, url } from './network-checks.ts';
import { named, section } from './section.ts';

const CHECK_TYPES: readonly HealthCheckType[] = [
  ...(['ping', 'health_check', 'get_collection', 'embed', 'generate', 'http', 'tcp', 'callable'] as const),
];

/** What a provider may say for itself, and `health_checks` for all of them. */
function timing(dialect: Dialect) {
  return {
    intervalMs: dialect.duration({ aboveZero: true, timer: true }),
    timeoutMs: dialect.duration({ aboveZero: true, timer: true }),
    failureThreshold: number({ whole: true, min: 1 }),
    successThreshold: number({ whole: true, min: 1 }),
  };
}

export function healthChecks(dialect: Dialect): z.ZodType<HealthChecksInput> {
  const provider = section(
    dialect,
    {
      enabled: flag(),
      checkType: oneOf(CHECK_TYPES),
      ...timing(dialect),
      required: flag(),
      operation: text('the name of an operation'),
      url: url(),
      method: httpMethod(REQUESTABLE_METHODS),
      expectStatus: expectStatus(),
      headers: headers(),
      address: address(),
      callable: text('the name of a function'),
    },
    DESCRIPTIONS.provider,
  );
  const flapping = section(
    dialect,
    { windowMs: dialect.duration({ aboveZero: true }), transitions: number({ whole: true, min: 2 }) },
    DESCRIPTIONS.flapping,
  );
  const degradedMode = section(
    dialect,
    { continueOnDegraded: flag(), disableFeatures: list(text('the name of a feature'), 'feature names') },
    DESCRIPTIONS.degradedMode,
    dialect.kind === 'yaml' ? { ignored: { alerts: z.unknown() } } : {},
  );
  return section(
    dialect,
    {
      enabled: flag(),
      ...timing(dialect),
      minimumDwellMs: dialect.duration(),
      initialDelayMs: dialect.duration({ timer: true }),
      flapping,
      providers: named(provider, 'a name to a check'),
      degradedMode,
    },
    DESCRIPTIONS.healthChecks,
  );
}
