import type { CheckHealth, HealthStatus } from '@crossbridge/core';

/** Status of the Internet draft "Health Check Response Format for HTTP APIs" (draft-inadarei-api-health-check-06). */
export type DraftStatus = 'pass' | 'warn' | 'fail';

/** The draft knows no `unknown`; nothing known is no pass. */
export function draftStatus(status: HealthStatus): DraftStatus {
  if (status === 'healthy') return 'pass';
  return status === 'degraded' ? 'warn' : 'fail';
}

/** One entry of the draft's `checks`. Those after `observedUnit` are ours. */
export interface DraftCheck {
  readonly componentId: string;
  readonly componentType: 'component' | 'system';
  readonly status: DraftStatus;
  readonly time?: string;
  readonly output?: string;
  /** How long the last run took. */
  readonly observedValue?: number;
  readonly observedUnit?: 'ms';
  readonly checkStatus: HealthStatus;
  readonly required?: boolean;
  readonly flapping?: boolean;
  readonly source?: CheckHealth['source'];
  readonly since?: string;
  readonly lastStatus?: HealthStatus;
  readonly inARow?: number;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The draft's `checks`: an array for each name. */
export function draftChecks(checks: readonly CheckHealth[]): Record<string, readonly DraftCheck[]> {
  return Object.fromEntries(checks.map((check) => [check.check, [draftCheck(check)]]));
}

function draftCheck({ check, status, message, required, flapping, source, sinceMs, last }: CheckHealth): DraftCheck {
  return {
    componentId: check,
    componentType: 'component',
    status: draftStatus(status),
    ...(last === undefined ? {} : { time: isoTime(last.atMs) }),
    ...(status === 'healthy' || message === '' ? {} : { output: message }),
    ...(last === undefined ? {} : { observedValue: last.durationMs, observedUnit: 'ms' }),
    checkStatus: status,
    ...(required === undefined ? {} : { required }),
    flapping,
    source,
    ...(sinceMs === undefined ? {} : { since: isoTime(sinceMs) }),
    ...(last === undefined ? {} : { lastStatus: last.status, inARow: last.inARow }),
    ...(last === undefined || Object.keys(last.details).length === 0 ? {} : { details: last.details }),
  };
}

function isoTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString();
}
