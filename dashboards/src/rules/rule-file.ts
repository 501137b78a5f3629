import { stringify } from 'yaml';
import { operation } from '../../../packages/otel/src/signals/attributes.ts';
import { DASHBOARD_UIDS } from '../names.ts';
import { label } from '../selector.ts';
import type { AlertRule, RecordingRule, RuleGroup, RuleSettings } from './model.ts';
import { runbookFile } from './runbook-file.ts';

const HEADER =
  '# Made by `node dashboards/src/rules/generate.ts` from dashboards/src/{rules,alerts}: change it there.\n';

/** The text of a rule file for Prometheus. */
export function ruleFileText(groups: readonly RuleGroup[], settings: RuleSettings): string {
  const content = groups.map(({ name, rules }) => ({
    name,
    rules: rules.map((rule) => ('alert' in rule ? alertEntry(rule, settings) : recordEntry(rule))),
  }));
  return HEADER + stringify({ groups: content }, { lineWidth: 0 });
}

function recordEntry({ record, expression }: RecordingRule): object {
  return { record, expr: expression };
}

function alertEntry(rule: AlertRule, settings: RuleSettings): object {
  return {
    alert: rule.alert,
    expr: rule.expression,
    ...(rule.for === undefined ? {} : { for: rule.for }),
    labels: { severity: rule.severity, ...rule.labels },
    annotations: {
      summary: rule.summary,
      description: rule.description,
      runbook_url: `${settings.runbooksUrl}/${runbookFile(rule.alert)}`,
      dashboard_url: dashboardUrl(rule, settings),
    },
  };
}

function dashboardUrl({ dashboard, about }: AlertRule, { grafanaUrl }: RuleSettings): string {
  const address = `${grafanaUrl}/d/${DASHBOARD_UIDS[dashboard]}`;
  if (about === 'everything') return address;
  const ofService = `${address}?var-job={{ $labels.job | urlquery }}`;
  return about === 'service' ? ofService : `${ofService}&var-operation={{ $labels.${label(operation)} | urlquery }}`;
}
