import { HealthResult } from './result.ts';
import { isHealthStatus } from './status.ts';

/**
 * What a check answered, as a result: a `HealthResult` (also that of another copy of the package), or an object with a `status` of ours.
 * Anything else tells nothing, so it is `unknown`, with a message that says what it was.
 */
export function resultOf(answer: unknown): HealthResult {
  if (!hasStatus(answer)) return nonsense(describe(answer));
  const { status, message, details } = answer;
  if (!isHealthStatus(status)) return nonsense(`the status ${describe(status)}`);
  return new HealthResult({
    status,
    message: message === undefined || message === null ? null : String(message),
    details: typeof details === 'object' && details !== null ? (details as Record<string, unknown>) : {},
  });
}

export function hasStatus(
  answer: unknown,
): answer is { readonly status: unknown; readonly message?: unknown; readonly details?: unknown } {
  return typeof answer === 'object' && answer !== null && 'status' in answer;
}

/** A value in few words. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? 'an array' : 'an object without a status';
}

function nonsense(what: string): HealthResult {
  const message = `Check returned ${what}; a HealthResult or { status: 'healthy' | 'degraded' | 'unhealthy' | 'unknown' } was expected`;
  return new HealthResult({ status: 'unknown', message });
}
