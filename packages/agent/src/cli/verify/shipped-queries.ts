import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One query of a dashboard, with Grafana's variables still in it. */
export interface ShippedQuery {
  /** `overview.json` */
  readonly file: string;
  /** Title of the panel and letter of the query, or the name of the annotation. */
  readonly where: string;
  readonly expression: string;
  /** Asked for one moment and not for a graph. */
  readonly instant: boolean;
  /** The panel shows exemplars. */
  readonly exemplars: boolean;
  /** What the dashboard's variables stand for when everything is chosen. */
  readonly variables: Readonly<Record<string, string>>;
}

interface Target {
  readonly refId: string;
  readonly expr?: string;
  readonly instant?: boolean;
  readonly exemplar?: boolean;
}

interface Dashboard {
  readonly panels: readonly { readonly title?: string; readonly targets?: readonly Target[] }[];
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr?: string }[] };
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly allValue?: string;
      readonly current?: { readonly value: string | readonly string[] };
    }[];
  };
}

/** Every query of every dashboard below `directory`. */
export function shippedQueries(directory: string): ShippedQuery[] {
  const files = readdirSync(directory).filter((file) => file.endsWith('.json'));
  return files.flatMap((file) => queriesOf(file, JSON.parse(readFileSync(join(directory, file), 'utf8')) as Dashboard));
}

function queriesOf(file: string, { panels, annotations, templating }: Dashboard): ShippedQuery[] {
  const variables = Object.fromEntries(
    templating.list.map(({ name, type, allValue, current }) => [
      name,
      type === 'custom' ? String(current?.value) : (allValue ?? '.+'),
    ]),
  );
  const ofPanels = panels.flatMap(({ title = '', targets = [] }) =>
    targets.map(({ refId, expr, instant, exemplar }) => ({
      where: `${title} (${refId})`,
      expr,
      instant: instant === true,
      exemplars: exemplar === true,
    })),
  );
  const ofAnnotations = annotations.list.map(({ name, expr }) => ({
    where: `annotation "${name}"`,
    expr,
    instant: false,
    exemplars: false,
  }));
  return [...ofPanels, ...ofAnnotations].flatMap(({ expr, ...rest }) =>
    expr === undefined ? [] : [{ file, expression: expr, variables, ...rest }],
  );
}

/**
 * Puts values in the place of Grafana's variables.
 *
 * @throws Error for a variable that has no value
 */
export function interpolated(expression: string, values: Readonly<Record<string, string>>): string {
  return expression.replace(/\$(?:(\w+)|\{(\w+)\})/g, (variable, plain?: string, braced?: string) => {
    const value = values[plain ?? braced ?? ''];
    if (value === undefined) throw new Error(`The dashboard has no variable ${variable}`);
    return value;
  });
}
