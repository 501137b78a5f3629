import { type PanelJson, panelJson } from './grafana-panel.ts';
import { placeRows } from './layout.ts';
import type { Annotation, Dashboard, LabelVariable } from './model.ts';

/** Every query of every panel goes to the Prometheus that the reader chose at the top of the dashboard. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's syntax for a variable.
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

/** A panel's address in links is its id: room for a hundred panels keeps those of the other rows when one is added. */
const IDS_PER_ROW = 100;

/** A classic Grafana dashboard, as file provisioning, the import dialog and Terraform take it. */
export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly PanelJson[];
  readonly [key: string]: unknown;
}

/** Writes the dashboard in Grafana's classic model, which Grafana 10 to 13 import. */
export function toGrafana(dashboard: Dashboard): DashboardJson {
  const { uid, title, description, tags, rows, variables, annotations } = dashboard;
  const placed = placeRows(rows);
  return {
    uid,
    title,
    description,
    tags,
    schemaVersion: 39,
    version: 1,
    editable: true,
    // Follows the crosshair of one panel on all others.
    graphTooltip: 1,
    time: { from: 'now-1h', to: 'now' },
    refresh: '30s',
    timezone: 'browser',
    templating: { list: [datasourceVariable(), ...variables.map(labelVariable)] },
    annotations: { list: [builtInAnnotations(), ...annotations.map(annotation)] },
    links: [dashboardsWithSameTag(tags)],
    panels: rows.flatMap((row, index) => {
      const firstId = (index + 1) * IDS_PER_ROW;
      const { header, panels } = at(placed, index);
      return [
        { id: firstId, type: 'row', title: row.title, collapsed: false, gridPos: header, panels: [] },
        ...row.panels.map((panel, nth) => panelJson(panel, firstId + 1 + nth, at(panels, nth), DATASOURCE)),
      ];
    }),
  };
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`No item ${index} in a list of ${list.length}`);
  return item;
}

function datasourceVariable(): object {
  return {
    name: 'datasource',
    label: 'Data source',
    type: 'datasource',
    query: 'prometheus',
    hide: 0,
    refresh: 1,
  };
}

function labelVariable({ name, title, description, label, series }: LabelVariable): object {
  const query = `label_values(${series}, ${label})`;
  return {
    name,
    label: title,
    description,
    type: 'query',
    datasource: DATASOURCE,
    definition: query,
    query: { query, refId: `variable-${name}` },
    // On each change of the time range: operations come and go.
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    // Series without the label stay visible.
    allValue: '.*',
    current: { text: ['All'], value: ['$__all'] },
    hide: 0,
  };
}

function builtInAnnotations(): object {
  return {
    builtIn: 1,
    datasource: { type: 'grafana', uid: '-- Grafana --' },
    enable: true,
    hide: true,
    iconColor: 'rgba(0, 211, 255, 1)',
    name: 'Annotations & Alerts',
    type: 'dashboard',
  };
}

function annotation({ title, expression, text, color }: Annotation): object {
  return {
    name: title,
    datasource: DATASOURCE,
    enable: true,
    hide: false,
    iconColor: color,
    expr: expression,
    titleFormat: title,
    textFormat: text,
    step: '60s',
    useValueForTime: false,
  };
}

function dashboardsWithSameTag(tags: readonly string[]): object {
  return {
    title: 'CrossBridge dashboards',
    tooltip: 'Other dashboards of CrossBridge, for the same services and time',
    icon: 'external link',
    type: 'dashboards',
    tags,
    asDropdown: true,
    includeVars: true,
    keepTime: true,
    targetBlank: false,
  };
}
