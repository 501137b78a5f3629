import type { CheckHealth } from './check-health.ts';
import { HealthStatus } from './status.ts';

type Counted = Pick<CheckHealth, 'status'> & { readonly required?: CheckHealth['required'] };

type Standing = Pick<CheckHealth, 'status' | 'required' | 'last'>;

/** As it should, or in part. */
const WORKS: ReadonlySet<HealthStatus> = new Set([HealthStatus.HEALTHY, HealthStatus.DEGRADED]);

/**
 * The status of all checks together. All healthy, or none at all: healthy. None that works, not even in part: unhealthy, but unknown when
 * none is known to fail either, as with a provider that nothing can be asked without cost. Mixed: degraded. A required check that is unhealthy makes the whole unhealthy. Those that are optional degrade the whole at most, and
 * that they work is no comfort where nothing else does.
 */
export function aggregate(checks: readonly Counted[]): HealthStatus {
  if (checks.every(({ status }) => status === HealthStatus.HEALTHY)) return HealthStatus.HEALTHY;
  if (checks.some(({ status, required }) => required === true && status === HealthStatus.UNHEALTHY)) {
    return HealthStatus.UNHEALTHY;
  }
  const counted = checks.filter(({ required }) => required !== false);
  const works = counted.some(({ status }) => WORKS.has(status));
  if (works || counted.length === 0) return HealthStatus.DEGRADED;
  return counted.some(({ status }) => status !== HealthStatus.UNKNOWN) ? HealthStatus.UNHEALTHY : HealthStatus.UNKNOWN;
}

/** Whether a check has not had its first result yet. */
export function isPending({ status, last }: Pick<Standing, 'status' | 'last'>): boolean {
  return status === HealthStatus.UNKNOWN && last === undefined;
}

/**
 * How everything stands. Checks without a result are no failures, so they are left out of it; but as long as none of those that count
 * works and not all have been asked, it is `unknown`: a service that has just started is not unhealthy.
 */
export function standingOf(checks: readonly Standing[]): HealthStatus {
  const overall = aggregate(checks.filter((check) => !isPending(check)));
  const counted = checks.filter(({ required }) => required !== false);
  const undecided = counted.some(isPending) && !counted.some(({ status }) => WORKS.has(status));
  const fails = counted.some(({ status, required }) => required === true && status === HealthStatus.UNHEALTHY);
  return undecided && !fails ? HealthStatus.UNKNOWN : overall;
}
