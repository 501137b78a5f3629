import type { AnnotationQuery, Dashboard, Panel, RowPanel, VariableModel } from '@grafana/schema';
import type { Options as HeatmapOptions } from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type {
  FieldConfig as TimelineFields,
  Options as TimelineOptions,
} from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type { Options as TableOptions } from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type {
  FieldConfig as TimeSeriesFields,
  Options as TimeSeriesOptions,
} from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** A type of Grafana as it looks in a file: an enum is its values. */
type AsJson<T> = T extends string
  ? string extends T
    ? string
    : `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? readonly AsJson<Item>[]
      : { readonly [Key in keyof T]: AsJson<T[Key]> };

/** A query of the Prometheus data source, which Grafana's types leave open. */
interface Target {
  readonly refId: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly editorMode: 'code';
  readonly expr: string;
  readonly legendFormat: string;
  readonly exemplar: boolean;
  readonly instant: boolean;
  readonly range: boolean;
  readonly format?: 'table' | 'heatmap' | 'time_series';
}

interface Link {
  readonly title: string;
  readonly url: string;
  readonly targetBlank: boolean;
}

// Grafana's type says that a panel's links are those of a dashboard; what it reads and writes are data links.
type Open = 'options' | 'links' | 'targets' | 'type' | 'fieldConfig';

type PanelOf<Type extends string, Options, Fields = Record<string, never>> = Omit<AsJson<Panel>, Open> & {
  readonly type: Type;
  readonly options: Partial<AsJson<Options>>;
  readonly links: readonly Link[];
  readonly targets: readonly Target[];
  readonly fieldConfig: AsJson<NonNullable<Panel<never, Partial<Fields>>['fieldConfig']>>;
};

type KnownPanel =
  | PanelOf<'stat', StatOptions>
  | PanelOf<'timeseries', TimeSeriesOptions, TimeSeriesFields>
  | PanelOf<'state-timeline', TimelineOptions, TimelineFields>
  | PanelOf<'heatmap', HeatmapOptions>
  | PanelOf<'table', TableOptions>
  | AsJson<RowPanel>;

/** What the Prometheus data source adds to an annotation. */
interface PrometheusAnnotation {
  readonly expr?: string;
  readonly step?: string;
  readonly titleFormat?: string;
  readonly textFormat?: string;
  readonly useValueForTime?: boolean;
}

/** A classic dashboard as Grafana's own types describe it, with the panels that ours have. */
export type GrafanaDashboard = Omit<AsJson<Dashboard>, 'panels' | 'templating' | 'annotations'> & {
  readonly panels: readonly KnownPanel[];
  readonly templating: { readonly list: readonly (AsJson<VariableModel> & { readonly definition?: string })[] };
  readonly annotations: { readonly list: readonly (AsJson<AnnotationQuery> & PrometheusAnnotation)[] };
};
