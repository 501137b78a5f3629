import type { CheckHealth } from './check-health.ts';
import type { DegradedModeConfig } from './degraded-mode.ts';
import type { HealthStatus } from './status.ts';

type Judged = Pick<CheckHealth, 'status' | 'required' | 'last'>;

/**
 * Whether to send this service traffic.
 *
 * A required check that is unhealthy says no, a healthy whole yes, and a degraded one what `continueOnDegraded` says. Otherwise nothing
 * works or is known yet, which is a no, with one exception: where nothing is known to be wrong and every check that is `unknown` has
 * run and could not tell (an AI provider that only calls can show, say), it is as if degraded. Only traffic would tell more.
 */
export function isReady(
  overall: HealthStatus,
  checks: readonly Judged[],
  { continueOnDegraded }: Pick<DegradedModeConfig, 'continueOnDegraded'>,
): boolean {
  if (checks.some(({ status, required }) => required === true && status === 'unhealthy')) return false;
  if (overall === 'healthy') return true;
  if (overall === 'degraded') return continueOnDegraded;
  const cannotTell = checks.every(
    ({ status, last }) => status !== 'unhealthy' && (status !== 'unknown' || last?.status === 'unknown'),
  );
  return checks.length > 0 && cannotTell && continueOnDegraded;
}
