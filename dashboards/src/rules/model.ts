import type { DashboardName } from '../names.ts';

/** What to do about an alert: wake somebody, have somebody look today, know. `none`: a signal for machines. */
export type Severity = 'critical' | 'warning' | 'info' | 'none';

/** A query that Prometheus answers again and again and keeps as a series of its own. */
export interface RecordingRule {
  readonly record: string;
  /** PromQL. */
  readonly expression: string;
}

export interface AlertRule {
  /** Two rules may share a name when their labels differ: one trouble, seen over several windows. */
  readonly alert: string;
  readonly severity: Severity;
  readonly labels?: Readonly<Record<string, string>>;
  /** PromQL: one alert for each series of the answer. */
  readonly expression: string;
  /** How long the expression must hold. Absent: not at all. */
  readonly for?: string;
  /** One line that says what is wrong where; Prometheus' templates are filled in. */
  readonly summary: string;
  /** What that means and what it is measured by. */
  readonly description: string;
  /** Where to look first. */
  readonly dashboard: DashboardName;
  /** What the dashboard is opened for; the labels of the alert have it. */
  readonly about: 'operation' | 'service' | 'everything';
}

export interface RuleGroup {
  readonly name: string;
  /** Evaluated in this order, so that an alert sees what was recorded at the same moment. */
  readonly rules: readonly (RecordingRule | AlertRule)[];
}

/** What differs from one installation to another. */
export interface RuleSettings {
  /** Makes a duration of one written in real time: `5m`. Tests live faster. */
  readonly time: (duration: string) => string;
  /** Share of calls that should succeed, 0 to 1. */
  readonly objective: number;
  /** Where Grafana is, without a slash at the end. */
  readonly grafanaUrl: string;
  /** Where the runbooks are, without a slash at the end. */
  readonly runbooksUrl: string;
}
