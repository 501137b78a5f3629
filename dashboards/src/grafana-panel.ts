import type { GridPosition } from './layout.ts';
import type { Panel, Query, StateValue, Threshold, TimeSeriesPanel } from './model.ts';

interface Datasource {
  readonly type: string;
  readonly uid: string;
}

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
export function panelJson(panel: Panel, id: number, gridPos: GridPosition, datasource: Datasource): PanelJson {
  const { type, title, description, queries } = panel;
  return {
    id,
    type,
    title,
    description,
    gridPos,
    datasource,
    targets: queries.map((query, index) => target(query, index, datasource)),
    fieldConfig: { defaults: fieldDefaults(panel), overrides: type === 'timeseries' ? colorOverrides(panel) : [] },
    options: options(panel),
  };
}

function target(query: Query, index: number, datasource: Datasource): TargetJson {
  const { expression, legend, exemplars = false, instant = false } = query;
  return {
    refId: String.fromCharCode('A'.charCodeAt(0) + index),
    datasource,
    editorMode: 'code',
    expr: expression,
    legendFormat: legend,
    exemplar: exemplars,
    instant,
    range: !instant,
  };
}

function fieldDefaults(panel: Panel): object {
  const { unit, noValue, decimals, thresholds = [{ color: 'green' }] } = panel;
  return {
    unit,
    noValue,
    ...(decimals === undefined ? {} : { decimals }),
    thresholds: { mode: 'absolute', steps: thresholds.map(step) },
    mappings: 'states' in panel && panel.states !== undefined ? [stateMapping(panel.states)] : [],
    ...(panel.type === 'timeseries' ? timeSeriesDefaults(panel) : { color: { mode: 'thresholds' } }),
    ...(panel.type === 'state-timeline' ? { custom: { fillOpacity: 80, lineWidth: 0 } } : {}),
  };
}

function step({ color, from }: Threshold): object {
  return { color, value: from ?? null };
}

function stateMapping(states: readonly StateValue[]): object {
  return {
    type: 'value',
    options: Object.fromEntries(states.map(({ value, text, color }, index) => [value, { text, color, index }])),
  };
}

function timeSeriesDefaults(panel: TimeSeriesPanel): object {
  const { stacked = false, min = 0, max, thresholds } = panel;
  return {
    color: { mode: 'palette-classic' },
    min,
    ...(max === undefined ? {} : { max }),
    custom: {
      drawStyle: 'line',
      lineWidth: 1,
      fillOpacity: stacked ? 30 : 5,
      showPoints: 'never',
      // A gap in the line is a gap in the scrapes: it must not look like a measurement.
      spanNulls: false,
      stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
      thresholdsStyle: { mode: thresholds === undefined ? 'off' : 'dashed' },
    },
  };
}

function colorOverrides({ colors = {} }: TimeSeriesPanel): object[] {
  return Object.entries(colors).map(([name, color]) => ({
    matcher: { id: 'byName', options: name },
    properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }],
  }));
}

function options(panel: Panel): object {
  switch (panel.type) {
    case 'stat':
      return {
        reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
        colorMode: 'background',
        graphMode: 'none',
        justifyMode: 'auto',
        textMode: 'auto',
        orientation: 'auto',
      };
    case 'timeseries':
      return {
        legend: { displayMode: 'table', placement: 'bottom', showLegend: true, calcs: ['lastNotNull', 'max'] },
        tooltip: { mode: 'multi', sort: 'desc' },
      };
    case 'state-timeline':
      return {
        legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
        tooltip: { mode: 'single', sort: 'none' },
        mergeValues: true,
        showValue: 'auto',
        alignValue: 'left',
        rowHeight: 0.8,
      };
  }
}
