import { operation } from '../../../packages/otel/src/signals/attributes.ts';
import type { Panel, Row } from '../model.ts';
import { DASHBOARD_TITLES, DASHBOARD_UIDS, type DashboardName } from '../names.ts';
import { runbookTitle, runbookUrl } from '../runbooks.ts';
import { legend } from '../selector.ts';
import { tracesOfChosen, tracesOfSeries } from '../traceql.ts';
import { TRACES } from './datasources.ts';

interface LinkJson {
  readonly title: string;
  readonly url: string;
  readonly targetBlank: boolean;
}

/** The links of a panel's title: to the dashboard with the details, to the traces behind it and to what to do. */
export function panelLinks(panel: Panel, row: Row, from: DashboardName): LinkJson[] {
  const { details = row.details, runbooks = [], traces } = panel;
  return [
    ...(details === undefined || details === from ? [] : [toDashboard(details)]),
    ...(traces === undefined ? [] : [toTraces('Traces of these calls', tracesOfChosen(traces))]),
    ...runbooks.map((runbook) => ({ title: runbookTitle(runbook), url: runbookUrl(runbook), targetBlank: true })),
  ];
}

/** The links of a single series, where each is an operation. */
export function seriesLinks({ queries, traces }: Panel): LinkJson[] {
  const eachIsAnOperation = queries.every(({ legend: text }) => text.includes(legend(operation)));
  if (traces === undefined || !eachIsAnOperation) return [];
  return [toTraces(`Traces of ${seriesLabel()}`, tracesOfSeries(traces))];
}

function seriesLabel(): string {
  return `\${__field.labels.${operation.name.replaceAll('.', '_')}}`;
}

/** The link of a line of a table, where each is an operation: the details of that one alone. */
export function lineLink(name: DashboardName): LinkJson {
  const kept = ['datasource', 'job', 'instance'].map((variable) => `\${${variable}:queryparam}`).join('&');
  const query = `\${__url_time_range}&${kept}&var-operation=\${__value.text}`;
  const title = `\${__value.text}: ${DASHBOARD_TITLES[name]}`;
  return { title, url: `/d/${DASHBOARD_UIDS[name]}?${query}`, targetBlank: false };
}

/** For the same services, operations and time. */
function toDashboard(name: DashboardName): LinkJson {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's syntax for variables.
  const query = '${__url_time_range}&${__all_variables}';
  return { title: DASHBOARD_TITLES[name], url: `/d/${DASHBOARD_UIDS[name]}?${query}`, targetBlank: false };
}

function toTraces(title: string, query: string): LinkJson {
  const panes = {
    traces: {
      datasource: TRACES.uid,
      queries: [{ refId: 'A', datasource: TRACES, queryType: 'traceql', query, limit: 20 }],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's syntax for variables.
      range: { from: '${__from}', to: '${__to}' },
    },
  };
  const url = `/explore?schemaVersion=1&panes=${encodeAroundVariables(JSON.stringify(panes))}`;
  return { title, url, targetBlank: true };
}

/** Grafana finds its variables in the address as written: they must not be encoded, and all else must be. */
function encodeAroundVariables(text: string): string {
  return text
    .split(/(\$\{[^}]+\})/)
    .map((part, index) => (index % 2 === 1 ? part : encodeURIComponent(part)))
    .join('');
}
