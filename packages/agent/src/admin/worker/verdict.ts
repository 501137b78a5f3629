import type { CheckHealth, HealthStatus } from '@crossbridge/core';
import type { HealthSnapshot } from '../snapshot.ts';

// Both rules are those of core's health/aggregate.ts and health/readiness.ts, to which a test holds them. They are needed here for
// `?exclude=`, in a thread that starts without loading core.

type Judged = Pick<CheckHealth, 'status' | 'required' | 'last'>;

/** The status of these checks together. */
export function overallOf(checks: readonly Judged[]): HealthStatus {
  if (checks.some(({ status, required }) => required === true && status === 'unhealthy')) return 'unhealthy';
  const counted = checks.filter(({ required }) => required !== false);
  const works = counted.some(({ status }) => status === 'healthy' || status === 'degraded');
  if (!works && counted.some(isPending)) return 'unknown';
  const known = checks.filter((check) => !isPending(check));
  if (known.every(({ status }) => status === 'healthy')) return 'healthy';
  if (works || counted.length === 0) return 'degraded';
  return counted.some(({ status }) => status !== 'unknown') ? 'unhealthy' : 'unknown';
}

/** Whether to send this service traffic. */
export function isReady(overall: HealthStatus, checks: readonly Judged[], continueOnDegraded: boolean): boolean {
  if (checks.some(({ status, required }) => required === true && status === 'unhealthy')) return false;
  if (overall === 'healthy') return true;
  if (overall === 'degraded') return continueOnDegraded;
  const cannotTell = checks.every(
    ({ status, last }) => status !== 'unhealthy' && (status !== 'unknown' || last?.status === 'unknown'),
  );
  return checks.length > 0 && cannotTell && continueOnDegraded;
}

/** The snapshot without some of its checks; the same when none of them is in it. */
export function without(snapshot: HealthSnapshot, excluded: ReadonlySet<string>): HealthSnapshot {
  const checks = snapshot.checks.filter(({ check }) => !excluded.has(check));
  if (checks.length === snapshot.checks.length) return snapshot;
  const overall = overallOf(checks);
  return { ...snapshot, checks, overall, ready: isReady(overall, checks, snapshot.continueOnDegraded) };
}

/** Whether a check has not had its first result yet. */
export function isPending({ status, last }: Judged): boolean {
  return status === 'unknown' && last === undefined;
}
