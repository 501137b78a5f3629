import { DEFAULT_SETTINGS } from './rules/settings.ts';

/** Alerts whose cause a panel shows, by the names of their runbooks without `.md`. */
export type Runbook =
  | 'call-success-burn'
  | 'low-traffic-failing'
  | 'retry-storm'
  | 'retry-budget-empty'
  | 'throttling'
  | 'bulkhead-saturated'
  | 'bulkhead-rejecting'
  | 'breaker-open'
  | 'breaker-isolated'
  | 'breaker-flapping'
  | 'unhealthy'
  | 'degraded'
  | 'dependency-down'
  | 'health-flapping'
  | 'health-unknown'
  | 'patch-not-in-front'
  | 'config-rejected'
  | 'telemetry-absent'
  | 'rate-limit-store-failing';

/** The address of a runbook: the same that the alert links to. */
export function runbookUrl(runbook: Runbook): string {
  return `${DEFAULT_SETTINGS.runbooksUrl}/${runbook}.md`;
}

/** What a link to it says. */
export function runbookTitle(runbook: Runbook): string {
  return `Runbook: ${runbook.replaceAll('-', ' ')}`;
}
