import { deepFreeze } from '../deep-freeze.ts';
import { DEFAULT_ADMIN, DEFAULT_SHUTDOWN } from '../defaults.ts';
import type { RuntimeConfigInput } from '../input.ts';
import { lint } from '../lint.ts';
import type { Review } from '../review.ts';
import type { AdminConfig, RuntimeConfig, ShutdownConfig } from '../types.ts';
import { completeErrorRules } from './error-rules.ts';
import { completeHealthChecks } from './health-checks.ts';
import { layered } from './merge.ts';
import { completeOperations } from './operations.ts';
import { completePatches } from './patches.ts';
import { completeRateLimiting } from './rate-limiting.ts';
import { completeRetry } from './retry.ts';
import { completeTelemetry } from './telemetry.ts';
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
    healthChecks: completeHealthChecks(input, Object.keys(operations), review),
    operations,
    errorRules: completeErrorRules([review.dialect.key('errorRules')], input.errorRules ?? [], review),
    upstreams: completeUpstreams(input, Object.keys(operations), review),
    admin: { ...DEFAULT_ADMIN, ...layered<AdminConfig>(input.admin) },
    shutdown: { ...DEFAULT_SHUTDOWN, ...layered<ShutdownConfig>(input.shutdown) },
    telemetry: completeTelemetry(input),
    patches: completePatches(input, Object.keys(operations), review),
  };
  lint(config, review);
  return deepFreeze(config);
}
