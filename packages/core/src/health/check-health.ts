import type { HealthStatus } from './status.ts';

/** How one dependency stands, by what is known now. Reading it asks nobody. */
export interface CheckHealth {
  readonly check: string;
  /** The settled status: single results are smoothed by the thresholds, and `unknown` once the last result is too old. */
  readonly status: HealthStatus;
  /** Why, for people; empty when there is nothing to say. Secrets are redacted. */
  readonly message: string;
  /**
   * True: the service cannot work without it, so its failure makes the whole unhealthy. False: its failure degrades the whole at
   * most. Undefined: it counts as one among others (all of them failing makes the whole unhealthy).
   */
  readonly required: boolean | undefined;
  /** Whether it has changed its status so often of late that no single status can be trusted. */
  readonly flapping: boolean;
  /** Whether a probe of ours found it, or what calls of the application showed. */
  readonly source: 'probe' | 'calls';
  /** Milliseconds since 1970 at which the status began; undefined before the first result. */
  readonly sinceMs: number | undefined;
  /** The last single result; undefined before the first. */
  readonly last: LastResult | undefined;
}

export interface LastResult {
  readonly status: HealthStatus;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly durationMs: number;
  /** Results in a row that were as good, or as bad, as this one. */
  readonly inARow: number;
  /** What the check told beside, with secrets redacted. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface OverallHealth {
  readonly overall: HealthStatus;
  readonly checks: readonly CheckHealth[];
}
