import { deepFreeze } from '../deep-freeze.ts';
import { DEFAULT_ADMIN, DEFAULT_CHECK_TYPE, DEFAULT_HEALTH_CHECKS } from '../defaults.ts';
import type { HealthChecksInput, RuntimeConfigInput } from '../input.ts';
import { lint } from '../lint.ts';
import type { Review } from '../review.ts';
import type { AdminConfig, HealthChecksConfig, ProviderHealthCheckConfig, RuntimeConfig } from '../types.ts';
import { byName, entry, layered, names } from './merge.ts';
import { completeOperations } from './operations.ts';
import { completeRateLimiting } from './rate-limiting.ts';
import { completeRetry } from './retry.ts';
import { completeUpstreams } from './upstreams.ts';

/**
 * Fills in every default and checks the rules between values, for YAML and code alike. What comes back is usable only
 * if the review has no problems. It shares nothing with `input`, and is frozen.
 */
export function completeRuntimeConfig(input: RuntimeConfigInput, review: Review): RuntimeConfig {
  const rateLimiting = completeRateLimiting(input, review);
  const retry = completeRetry(input, review);
  const operations = completeOperations(input, rateLimiting, retry, review);
  const config: RuntimeConfig = {
    rateLimiting,
    retry,
    healthChecks: completeHealthChecks(input.healthChecks ?? {}),
    operations,
    upstreams: completeUpstreams(input, Object.keys(operations), review),
    admin: { ...DEFAULT_ADMIN, ...layered<AdminConfig>(input.admin) },
  };
  lint(config, review);
  return deepFreeze(config);
}

function completeHealthChecks(given: HealthChecksInput): HealthChecksConfig {
  const { providers, degradedMode, ...fields } = given;
  const general = {
    ...DEFAULT_HEALTH_CHECKS,
    ...layered<Omit<HealthChecksConfig, 'providers' | 'degradedMode'>>(fields),
  };
  const { intervalMs, timeoutMs } = general;
  const unknown: ProviderHealthCheckConfig = { enabled: true, checkType: DEFAULT_CHECK_TYPE, intervalMs, timeoutMs };
  return {
    ...general,
    providers: byName(
      names(DEFAULT_HEALTH_CHECKS.providers, providers).map((name) => [
        name,
        {
          ...(entry(DEFAULT_HEALTH_CHECKS.providers, name) ?? unknown),
          ...layered<ProviderHealthCheckConfig>(entry(providers, name)),
        },
      ]),
    ),
    degradedMode: {
      ...DEFAULT_HEALTH_CHECKS.degradedMode,
      ...layered<HealthChecksConfig['degradedMode']>(degradedMode),
    },
  };
}
