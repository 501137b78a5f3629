import type { Dashboard } from '../model.ts';
import { DASHBOARD_TITLES, DASHBOARD_UIDS } from '../names.ts';
import { annotationJson, builtInAnnotations } from './annotation.ts';
import { datasourceVariables } from './datasources.ts';
import { placeRows } from './layout.ts';
import { type PanelJson, panelJson } from './panel.ts';
import { variableJson } from './variable.ts';

/** A panel's address in links is its id: room for a hundred panels keeps those of the other rows when one is added. */
const IDS_PER_ROW = 100;

const TAG = 'crossbridge';

/** A classic Grafana dashboard, as file provisioning, the import dialog and Terraform take it. */
export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly PanelJson[];
  readonly [key: string]: unknown;
}

/** Writes the dashboard in Grafana's classic model, which Grafana 10 to 13 import. */
export function toGrafana(dashboard: Dashboard): DashboardJson {
  const { name, description, rows, variables, annotations } = dashboard;
  const placed = placeRows(rows);
  const linksToTraces = rows.some(({ panels }) => panels.some(({ traces }) => traces !== undefined));
  return {
    uid: DASHBOARD_UIDS[name],
    title: DASHBOARD_TITLES[name],
    description,
    tags: [TAG],
    schemaVersion: 39,
    version: 1,
    editable: true,
    // Follows the crosshair of one panel on all others.
    graphTooltip: 1,
    time: { from: 'now-1h', to: 'now' },
    refresh: '30s',
    timezone: 'browser',
    templating: { list: [...datasourceVariables(linksToTraces), ...variables.map(variableJson)] },
    annotations: { list: [builtInAnnotations(), ...annotations.map(annotationJson)] },
    links: [otherDashboards()],
    panels: rows.flatMap((row, index) => {
      const firstId = (index + 1) * IDS_PER_ROW;
      const { header, panels } = at(placed, index);
      return [
        { id: firstId, type: 'row', title: row.title, collapsed: false, gridPos: header, panels: [] },
        ...row.panels.map((panel, nth) =>
          panelJson(panel, { row, dashboard: name }, firstId + 1 + nth, at(panels, nth)),
        ),
      ];
    }),
  };
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`No item ${index} in a list of ${list.length}`);
  return item;
}

function otherDashboards(): object {
  return {
    title: 'CrossBridge dashboards',
    tooltip: 'Other dashboards of CrossBridge, for the same services and time',
    icon: 'external link',
    type: 'dashboards',
    tags: [TAG],
    asDropdown: true,
    includeVars: true,
    keepTime: true,
    targetBlank: false,
  };
}
