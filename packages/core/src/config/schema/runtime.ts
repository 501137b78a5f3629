import type * as z from 'zod';
import type { OperationInput, RuntimeConfigInput } from '../input.ts';
import { admin, shutdown, telemetry } from './agent.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { codeDialect, type Dialect, yamlDialect } from './dialect.ts';
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

function sections(dialect: Dialect) {
  return {
    rateLimiting: rateLimiting(dialect),
    retry: retry(dialect),
    healthChecks: healthChecks(dialect),
    circuitBreaker: circuitBreaker(dialect),
    bulkhead: bulkhead(dialect),
    hedge: hedge(dialect),
    timeout: timeout(dialect),
    operations: named(operation(dialect), 'the name of an operation to its policies'),
    errorRules: errorRules(dialect),
    upstreams: upstreams(dialect),
    admin: admin(dialect),
    shutdown: shutdown(dialect),
    telemetry: telemetry(dialect),
    patches: patches(dialect),
  };
}

/** Schema of the sections of ours under `runtime:`. */
export const yamlSchema: z.ZodType<RuntimeConfigInput> = section(
  yamlDialect,
  sections(yamlDialect),
  DESCRIPTIONS.runtime,
);

/** Schema of a configuration given as code. */
export const codeSchema: z.ZodType<RuntimeConfigInput> = section(
  codeDialect,
  sections(codeDialect),
  DESCRIPTIONS.runtime,
);

/** The sections of ours, as `crossbridge.yml` calls them. */
export const SECTION_NAMES: readonly string[] = Object.keys(sections(yamlDialect)).map(yamlDialect.key);
