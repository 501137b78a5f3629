import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface DashboardLink {
  readonly title: string;
  readonly url: string;
}

/** A panel of a dashboard file, as far as tests ask; rows are panels too. */
export interface DashboardPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly gridPos: GridPosition;
  readonly links?: readonly DashboardLink[];
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly legendFormat: string;
    readonly exemplar: boolean;
    readonly instant: boolean;
    readonly datasource: { readonly uid: string };
  }[];
  readonly fieldConfig?: {
    readonly overrides: readonly {
      readonly matcher: { readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
    readonly defaults: {
      readonly unit?: string;
      readonly noValue?: string;
      readonly mappings?: readonly unknown[];
      readonly links?: readonly DashboardLink[];
      readonly thresholds?: { readonly steps: readonly { readonly color: string; readonly value: number | null }[] };
    };
  };
}

export interface DashboardFile {
  readonly uid: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly schemaVersion: number;
  readonly panels: readonly DashboardPanel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: unknown }[];
  };
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr?: string }[] };
}

/** One query of a dashboard, and where it stands. */
export interface DashboardQuery {
  readonly where: string;
  readonly expression: string;
  /** Empty for that of an annotation. */
  readonly unit: string;
  /** Asked for one moment and not for a graph. */
  readonly instant: boolean;
}

/** A committed dashboard, read as Grafana would read it. */
export function readDashboard(file: string): DashboardFile {
  return JSON.parse(readFileSync(fileURLToPath(new URL(`../../dashboards/${file}`, import.meta.url)), 'utf8'));
}

/** Every query of the panels. */
export function panelQueries(dashboard: DashboardFile): DashboardQuery[] {
  return dashboard.panels.flatMap(({ title, targets = [], fieldConfig }) =>
    targets.map(({ expr, refId, instant }) => ({
      where: `${title} (${refId})`,
      expression: expr,
      unit: fieldConfig?.defaults.unit ?? '',
      instant,
    })),
  );
}

/** Every query of the annotations. */
export function annotationQueries(dashboard: DashboardFile): DashboardQuery[] {
  return dashboard.annotations.list.flatMap(({ name, expr }) =>
    expr === undefined ? [] : [{ where: `annotation ${name}`, expression: expr, unit: '', instant: false }],
  );
}

/** Puts values in the place of Grafana's variables, as Grafana does; one that is not given is an error. */
export function interpolate(expression: string, values: Readonly<Record<string, string>>): string {
  return expression.replace(/\$(\w+)|\$\{(\w+)\}/g, (variable, plain?: string, braced?: string) => {
    const value = values[plain ?? braced ?? ''];
    if (value === undefined) throw new Error(`The dashboard has no variable ${variable}`);
    return value;
  });
}
