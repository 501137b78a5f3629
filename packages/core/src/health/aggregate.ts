import type { CheckHealth } from './check-health.ts';
import { HealthStatus } from './status.ts';

type Counted = Pick<CheckHealth, 'status'> & { readonly required?: CheckHealth['required'] };

/**
 * The status of all checks together. All healthy, or none at all: healthy. None that works, not even in part: unhealthy. Mixed:
 * degraded. A required check that is unhealthy makes the whole unhealthy. Those that are optional degrade the whole at most, and
 * that they work is no comfort where nothing else does.
 */
export function aggregate(checks: readonly Counted[]): HealthStatus {
  if (checks.every(({ status }) => status === HealthStatus.HEALTHY)) return HealthStatus.HEALTHY;
  if (checks.some(({ status, required }) => required === true && status === HealthStatus.UNHEALTHY)) {
    return HealthStatus.UNHEALTHY;
  }
  const counted = checks.filter(({ required }) => required !== false);
  const works = counted.some(({ status }) => status === HealthStatus.HEALTHY || status === HealthStatus.DEGRADED);
  return works || counted.length === 0 ? HealthStatus.DEGRADED : HealthStatus.UNHEALTHY;
}
