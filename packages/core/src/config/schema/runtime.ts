import type * as z from 'zod';
import type { OperationInput, RuntimeConfigInput } from '../input.ts';
import { admin, shutdown, telemetry } from './agent.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { type Dialect, yamlDialect } from './dialect.ts';
import { errorRules } from './error-rules.ts';
import { healthChecks } from './health-checks.ts';
import { patches } from './patches.ts';
import { bulkhead, circuitBreaker, hedge, timeout } from './policies.ts';
import { operationRateLimit, operationRateLimits, rateLimiting } from './rate-limiting.ts';
import { operationRetry, retry, retryBudget } from './retry.ts';
import { named, section, switchable, toggled } from './section.ts';
import { upstreams } from './upstreams.ts';

function operation(dialect: Dialect): z.ZodType<OperationInput> {
  return section(
    dialect,
    {
      rateLimit: operationRateLimit(dialect),
      rateLimits: operationRateLimits(dialect),
      retry: operationRetry(dialect),
      retryBudget: retryBudget(dialect),
      hedge: switchable(dialect, hedge(dialect), 'a map with delay or quantile'),
      circuitBreaker: toggled(dialect, circuitBreaker(dialect), 'a map of circuit breaker fields'),
      bulkhead: switchable(dialect, bulkhead(dialect), 'a map with limit'),
      timeout: switchable(dialect, timeout(dialect), 'a map with total and attempt'),
      errorRules: errorRules(dialect),
    },
    DESCRIPTIONS.operation,
  );
}

const SECTIONS = {
  rateLimiting,
  retry,
  healthChecks,
  circuitBreaker,
  bulkhead,
  hedge,
  timeout,
  operations: (dialect: Dialect) => named(operation(dialect), 'the name of an operation to its policies'),
  errorRules,
  upstreams,
  admin,
  shutdown,
  telemetry,
  patches,
} as const;

type Sections = { readonly [K in keyof typeof SECTIONS]: ReturnType<(typeof SECTIONS)[K]> };

/** The sections of ours, as `crossbridge.yml` calls them. */
export const SECTION_NAMES: readonly string[] = Object.keys(SECTIONS).map(yamlDialect.key);

/**
 * Schema of the sections of ours under `runtime:`, or of a configuration given as code. Only for what `raw` has: to make them all takes longer
 * than to read a file of some lines.
 */
export function schemaFor(raw: unknown, dialect: Dialect): z.ZodType<RuntimeConfigInput> {
  return schemaOf(dialect, (name) => typeof raw === 'object' && raw !== null && Object.hasOwn(raw, name));
}

/** What {@link schemaFor} makes for a file that has everything, with a line on each field. */
export function wholeYamlSchema(): z.ZodType<RuntimeConfigInput> {
  return schemaOf({ ...yamlDialect, describes: true }, () => true);
}

function schemaOf(dialect: Dialect, has: (name: string) => boolean): z.ZodType<RuntimeConfigInput> {
  const entries = Object.entries(SECTIONS).map(([field, make]) => ({ field, name: dialect.key(field), make }));
  const fields = entries.filter(({ name }) => has(name)).map(({ field, make }) => [field, make(dialect)]);
  const alsoKnown = entries.filter(({ name }) => !has(name)).map(({ name }) => name);
  return section(dialect, Object.fromEntries(fields) as Sections, DESCRIPTIONS.runtime, { alsoKnown });
}
