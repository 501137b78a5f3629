import { aggregate } from './aggregate.ts';
import type { HealthResult } from './result.ts';
import type { HealthStatus } from './status.ts';

/** What one run of all checks found. `JSON.stringify` shows it with ISO timestamps. */
export interface HealthReport {
  readonly overallStatus: HealthStatus;
  /** Whether no check failed; true without any checks. */
  readonly healthy: boolean;
  readonly totalChecks: number;
  readonly passed: number;
  /** Checks that are anything but healthy. */
  readonly failed: number;
  readonly timestamp: Date;
  readonly checks: Readonly<Record<string, HealthResult>>;
}

export interface Reported {
  readonly name: string;
  readonly result: HealthResult;
  readonly required: boolean | undefined;
}

export function reportOf(results: readonly Reported[], timestamp: Date): HealthReport {
  const passed = results.filter(({ result }) => result.healthy).length;
  const failed = results.length - passed;
  return {
    overallStatus: aggregate(results.map(({ result: { status }, required }) => ({ status, required }))),
    healthy: failed === 0,
    totalChecks: results.length,
    passed,
    failed,
    timestamp,
    checks: Object.fromEntries(results.map(({ name, result }) => [name, result])),
  };
}
