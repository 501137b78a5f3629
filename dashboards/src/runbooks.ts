/** Where the runbooks can be read: the links of every panel begin with it. */
export const RUNBOOKS_URL = 'https://github.com/crossbridge/crossbridge/blob/main/dashboards/runbooks';

/** Alerts whose cause a panel shows, by the names of their runbooks without `crossbridge-` and `.md`. */
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
  | 'rate-limit-store-failing';

/** The address of a runbook. */
export function runbookUrl(runbook: Runbook): string {
  return `${RUNBOOKS_URL}/crossbridge-${runbook}.md`;
}

/** What a link to it says. */
export function runbookTitle(runbook: Runbook): string {
  return `Runbook: ${runbook.replaceAll('-', ' ')}`;
}
