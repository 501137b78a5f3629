import type { DashboardName } from './names.ts';
import type { Runbook } from './runbooks.ts';
import type { SpanCondition } from './traceql.ts';
import type { Variable } from './variables.ts';

/** Units as Grafana names them; a panel without a unit has `none`. */
type Unit = 'none' | 'short' | 'percentunit' | 's' | 'reqps' | 'ops' | 'cps';

type Color = 'green' | 'yellow' | 'orange' | 'red' | 'purple' | 'blue' | 'text';

/** From `from` upwards the panel has `color`; the first has no `from` and colours everything below the second. */
export interface Threshold {
  readonly color: Color;
  readonly from?: number;
}

/** What a number means, for panels whose numbers are states. */
export interface StateValue {
  readonly value: number;
  readonly text: string;
  readonly color: Color;
}

export interface Query {
  /** PromQL, in which the variables of the dashboard may stand. */
  readonly expression: string;
  /** Name of each series; `{{label}}` stands for the value of a label. */
  readonly legend: string;
  /** Also shows the exemplars of the series: dots that lead to traces. */
  readonly exemplars?: boolean;
  /** One value for the whole range instead of one per step. */
  readonly instant?: boolean;
}

interface PanelBase {
  readonly title: string;
  /** What the panel says and what to do about it; shown behind the (i) of the title. */
  readonly description: string;
  readonly unit: Unit;
  /** Columns out of 24. */
  readonly width: number;
  readonly queries: readonly Query[];
  /** Shown instead of an empty panel: what no data means here. */
  readonly noValue: string;
  readonly thresholds?: readonly Threshold[];
  readonly decimals?: number;
  /** Where the reader goes on from here. Default: where the row says. */
  readonly details?: DashboardName;
  /** What to do when the panel looks bad. */
  readonly runbooks?: readonly Runbook[];
  /** Links to the traces of the calls that meet all these conditions; `[]` means every call. */
  readonly traces?: readonly SpanCondition[];
}

/** One big number. */
export interface StatPanel extends PanelBase {
  readonly type: 'stat';
  readonly states?: readonly StateValue[];
}

export interface TimeSeriesPanel extends PanelBase {
  readonly type: 'timeseries';
  /** Areas on top of each other, where the sum means something. */
  readonly stacked?: boolean;
  readonly min?: number;
  readonly max?: number;
  /** Fixed colours by series name, where a colour has a meaning. */
  readonly colors?: Readonly<Record<string, Color>>;
}

/** A band per series, coloured by state. */
export interface StateTimelinePanel extends PanelBase {
  readonly type: 'state-timeline';
  readonly states: readonly StateValue[];
}

/** How often each duration occurs over time, from the buckets of one histogram. */
export interface HeatmapPanel extends PanelBase {
  readonly type: 'heatmap';
}

/** One line per value of `rowLabel`, one column per query, named by its legend. Every query is instant. */
export interface TablePanel extends PanelBase {
  readonly type: 'table';
  /** The label that each query is grouped by and nothing else. */
  readonly rowLabel: string;
  readonly rowTitle: string;
  /** Where the name of a line leads to: this dashboard, of that operation alone. */
  readonly rowLink: DashboardName;
  /** Units and colours by legend; a column that is left out has the unit of the panel. */
  readonly columns: Readonly<Record<string, { readonly unit: Unit; readonly thresholds?: readonly Threshold[] }>>;
}

export type Panel = StatPanel | TimeSeriesPanel | StateTimelinePanel | HeatmapPanel | TablePanel;

export interface Row {
  readonly title: string;
  /** Height of each panel of the row, in grid units of 30 pixels. */
  readonly height: number;
  /** Where its panels lead to: the dashboard that shows more of the same. */
  readonly details?: DashboardName;
  readonly panels: readonly Panel[];
}

/** A mark on every panel wherever the expression is above zero. */
export interface Annotation {
  readonly title: string;
  readonly expression: string;
  /** Text of the mark; `{{label}}` as in legends. */
  readonly text: string;
  readonly color: Color;
}

export interface Dashboard {
  readonly name: DashboardName;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly annotations: readonly Annotation[];
  readonly rows: readonly Row[];
}
