/** The dashboards, each by the UID that links, alerts and provisioning know it by: stable for ever. */
export const DASHBOARD_UIDS = {
  overview: 'crossbridge-overview',
  retries: 'crossbridge-retries',
  limits: 'crossbridge-limits',
  health: 'crossbridge-health',
  ai: 'crossbridge-ai',
} as const;

export type DashboardName = keyof typeof DASHBOARD_UIDS;

/** What a link to each dashboard says. */
export const DASHBOARD_TITLES: Readonly<Record<DashboardName, string>> = {
  overview: 'CrossBridge / Overview',
  retries: 'CrossBridge / Retries and breakers',
  limits: 'CrossBridge / Rate limits and bulkheads',
  health: 'CrossBridge / Health',
  ai: 'CrossBridge / AI calls',
};
