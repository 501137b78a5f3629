/** The statuses by the names that code of the original runtime uses. `unknown` is not a pass: nothing is known, or it is too old. */
export const HealthStatus = {
  HEALTHY: 'healthy',
  DEGRADED: 'degraded',
  UNHEALTHY: 'unhealthy',
  UNKNOWN: 'unknown',
} as const;

export type HealthStatus = (typeof HealthStatus)[keyof typeof HealthStatus];

/** From the best to the worst. To know nothing is worse than to know of a weakness, and better than to know of a failure. */
export const BEST_TO_WORST: readonly HealthStatus[] = ['healthy', 'degraded', 'unknown', 'unhealthy'];

/** 0 is the best; higher is worse. */
export function severityOf(status: HealthStatus): number {
  return BEST_TO_WORST.indexOf(status);
}

export function isHealthStatus(value: unknown): value is HealthStatus {
  return (BEST_TO_WORST as readonly unknown[]).includes(value);
}
