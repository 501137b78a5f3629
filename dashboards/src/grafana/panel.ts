import type { Panel, Query, Row, TablePanel } from '../model.ts';
import type { DashboardName } from '../names.ts';
import { METRICS } from './datasources.ts';
import { fieldConfig } from './fields.ts';
import type { GridPosition } from './layout.ts';
import { panelLinks } from './links.ts';
import { options } from './options.ts';

interface TargetJson {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly [key: string]: unknown;
}

export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: GridPosition;
  readonly description?: string;
  readonly targets?: readonly TargetJson[];
  readonly [key: string]: unknown;
}

/** Writes one panel in Grafana's classic model. */
export function panelJson(
  panel: Panel,
  place: { readonly row: Row; readonly dashboard: DashboardName },
  id: number,
  gridPos: GridPosition,
): PanelJson {
  const { type, title, description, queries } = panel;
  return {
    id,
    type,
    title,
    description,
    gridPos,
    datasource: METRICS,
    links: panelLinks(panel, place.row, place.dashboard),
    targets: queries.map((query, index) => target(query, refId(index), type)),
    fieldConfig: fieldConfig(panel),
    options: options(panel),
    ...(type === 'table' ? { transformations: tableOf(panel) } : {}),
  };
}

function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function target(query: Query, id: string, type: Panel['type']): TargetJson {
  const { expression, legend, exemplars = false, instant = type === 'table' } = query;
  return {
    refId: id,
    datasource: METRICS,
    editorMode: 'code',
    expr: expression,
    legendFormat: legend,
    exemplar: exemplars,
    instant,
    range: !instant,
    ...(type === 'table' ? { format: 'table' } : {}),
    ...(type === 'heatmap' ? { format: 'heatmap' } : {}),
  };
}

/** Puts the answers of all queries side by side and names the columns. */
function tableOf({ rowLabel, rowTitle, queries }: TablePanel): object[] {
  const columns = queries.map(({ legend }, index) => [`Value #${refId(index)}`, legend] as const);
  const renameByName = Object.fromEntries([[rowLabel, rowTitle], ...columns]);
  const indexByName = Object.fromEntries(Object.keys(renameByName).map((name, index) => [name, index]));
  return [
    { id: 'merge', options: {} },
    { id: 'organize', options: { excludeByName: { Time: true }, indexByName, renameByName } },
  ];
}
