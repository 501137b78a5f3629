import { lintAdmin } from './lint/admin.ts';
import { lintCircuitBreaker } from './lint/circuit-breakers.ts';
import { lintErrorRules } from './lint/error-rules.ts';
import { lintHealthChecks } from './lint/health-checks.ts';
import { OperationReview } from './lint/operation-review.ts';
import { lintRateLimits } from './lint/rate-limits.ts';
import { lintSharedLimits } from './lint/shared-limits.ts';
import { lintUpstreams } from './lint/upstreams.ts';
import { lintWaits } from './lint/waits.ts';
import type { Review } from './review.ts';
import type { RuntimeConfig } from './types.ts';

/** Warns of what is allowed, but hardly does what its author expects. */
export function lint(config: RuntimeConfig, review: Review): void {
  const told = new Set<string>();
  for (const [name, policies] of Object.entries(config.operations)) {
    const operation = new OperationReview(name, policies, review, told);
    lintRateLimits(operation);
    lintWaits(operation);
    lintCircuitBreaker(operation);
  }
  lintOverrides(config, review);
  lintSharedLimits(config, review);
  lintErrorRules(config, review);
  lintUpstreams(config, review);
  lintHealthChecks(config, review);
  lintAdmin(config, review);
  if (review.dialect.kind === 'yaml') lintKeysWithoutEffect(config, review);
}

function lintOverrides({ rateLimiting }: RuntimeConfig, review: Review): void {
  const { key } = review.dialect;
  for (const [caller, limits] of Object.entries(rateLimiting.overrides)) {
    for (const [operation, { capacity }] of Object.entries(limits)) {
      const path = [key('rateLimiting'), 'overrides', caller, operation, key('capacity')];
      if (capacity >= 1 || !review.written(path)) continue;
      const message =
        'a call costs 1 token unless it says otherwise, and the bucket never holds that many, so nothing of this key passes; raise the capacity and the window alike';
      review.warn(path, message);
    }
  }
}

/** Keys of older files that promised something which CrossBridge does elsewhere. */
function lintKeysWithoutEffect({ healthChecks }: RuntimeConfig, review: Review): void {
  const alerts = ['health_checks', 'degraded_mode', 'alerts'];
  if (review.written(alerts)) review.warn(alerts, 'has no effect: alerts are Prometheus rules, routed by Alertmanager');
  for (const name of Object.keys(healthChecks.providers)) {
    const callable = ['health_checks', 'providers', name, 'callable'];
    if (review.written(callable))
      review.warn(callable, 'has no effect: a check that is a function is registered in code');
  }
}
