import { diag } from '@opentelemetry/api';

const reported = new Set<string>();

/**
 * Tells OpenTelemetry's diagnostic log that telemetry failed, once for each `activity`: the calls go on, and a log that
 * repeats itself at every call would be the next trouble.
 */
export function reportFailure(activity: string, error: unknown): void {
  if (reported.has(activity)) return;
  reported.add(activity);
  diag.error(`CrossBridge telemetry: ${activity} failed; further failures of it are not reported.`, error);
}
