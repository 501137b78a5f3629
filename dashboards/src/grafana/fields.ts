import type { Panel, StateValue, TablePanel, Threshold, TimeSeriesPanel } from '../model.ts';
import { lineLink, seriesLinks } from './links.ts';

/** Units, colours, thresholds and what a series links to. */
export function fieldConfig(panel: Panel): object {
  return { defaults: defaults(panel), overrides: overrides(panel) };
}

function defaults(panel: Panel): object {
  const { unit, noValue, decimals, thresholds = [{ color: 'green' }] } = panel;
  return {
    unit,
    noValue,
    links: seriesLinks(panel),
    ...(decimals === undefined ? {} : { decimals }),
    thresholds: steps(thresholds),
    mappings: 'states' in panel && panel.states !== undefined ? [stateMapping(panel.states)] : [],
    ...byType(panel),
  };
}

function byType(panel: Panel): object {
  switch (panel.type) {
    case 'timeseries':
      return timeSeriesDefaults(panel);
    case 'state-timeline':
      return { color: { mode: 'thresholds' }, custom: { fillOpacity: 80, lineWidth: 0 } };
    default:
      return { color: { mode: 'thresholds' } };
  }
}

function steps(thresholds: readonly Threshold[]): object {
  return { mode: 'absolute', steps: thresholds.map(({ color, from }) => ({ color, value: from ?? null })) };
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

interface Override {
  readonly matcher: { readonly id: string; readonly options: string };
  readonly properties: readonly { readonly id: string; readonly value: unknown }[];
}

function overrides(panel: Panel): Override[] {
  if (panel.type === 'timeseries') return colorOverrides(panel);
  return panel.type === 'table' ? columnOverrides(panel) : [];
}

function colorOverrides({ colors = {} }: TimeSeriesPanel): Override[] {
  return Object.entries(colors).map(([name, color]) => ({
    matcher: { id: 'byName', options: name },
    properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }],
  }));
}

function columnOverrides({ columns, rowTitle, rowLink }: TablePanel): Override[] {
  const ofNumbers = Object.entries(columns).map(([name, { unit, thresholds }]) => ({
    matcher: { id: 'byName', options: name },
    properties: [
      { id: 'unit', value: unit },
      ...(thresholds === undefined
        ? []
        : [
            { id: 'thresholds', value: steps(thresholds) },
            { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
          ]),
    ],
  }));
  return [
    { matcher: { id: 'byName', options: rowTitle }, properties: [{ id: 'links', value: [lineLink(rowLink)] }] },
    ...ofNumbers,
  ];
}
