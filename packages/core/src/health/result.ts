import type { HealthStatus } from './status.ts';

export interface HealthResultFields {
  readonly status: HealthStatus;
  /** Default null. */
  readonly message?: string | null | undefined;
  /** Default none. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** Milliseconds. Default 0. */
  readonly durationMs?: number | undefined;
  /** Default now. */
  readonly timestamp?: Date | undefined;
}

/** A result as JSON shows it. */
export interface HealthResultJson {
  readonly status: HealthStatus;
  /** ISO 8601, in UTC. */
  readonly timestamp: string;
  /** Milliseconds, two decimals. */
  readonly durationMs: number;
  readonly message: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly healthy: boolean;
}

/** What one run of one check found. */
export class HealthResult {
  readonly status: HealthStatus;
  readonly timestamp: Date;
  readonly durationMs: number;
  readonly message: string | null;
  readonly details: Readonly<Record<string, unknown>>;

  constructor({ status, message, details, durationMs, timestamp }: HealthResultFields) {
    this.status = status;
    this.timestamp = timestamp ?? new Date();
    this.durationMs = durationMs ?? 0;
    this.message = message ?? null;
    this.details = details ?? {};
  }

  /** Only `healthy` is: a degraded dependency is not. */
  get healthy(): boolean {
    return this.status === 'healthy';
  }

  toJSON(): HealthResultJson {
    return {
      status: this.status,
      timestamp: this.timestamp.toISOString(),
      durationMs: Math.round(this.durationMs * 100) / 100,
      message: this.message,
      details: this.details,
      healthy: this.healthy,
    };
  }
}
