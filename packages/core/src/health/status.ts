/** `unknown` is not a pass: nothing is known, or what was known is too old. */
export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

export interface CheckHealth {
  readonly check: string;
  readonly status: HealthStatus;
  /** Why, for people; empty when there is nothing to say. */
  readonly message: string;
}

export interface OverallHealth {
  readonly overall: HealthStatus;
  readonly checks: readonly CheckHealth[];
}

/** All healthy (or none at all): healthy. All unhealthy: unhealthy. Anything between: degraded. */
export function aggregate(checks: readonly CheckHealth[]): HealthStatus {
  if (checks.every((check) => check.status === 'healthy')) return 'healthy';
  return checks.every((check) => check.status === 'unhealthy') ? 'unhealthy' : 'degraded';
}
