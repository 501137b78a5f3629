import { parser } from '@prometheus-io/lezer-promql';

/** The series that a query asks for. */
interface PromqlSelector {
  readonly metric: string;
  /** Labels that its matchers name. */
  readonly labels: readonly string[];
  /** The function that is applied to it first, as in `rate(x[5m])`; undefined when none is. */
  readonly within: string | undefined;
}

/** What a query says, read by Prometheus' own grammar. */
export interface PromqlReading {
  /** The text around each place that the grammar refuses; empty when the query is well formed. */
  readonly errors: readonly string[];
  readonly selectors: readonly PromqlSelector[];
  /** Labels of `by`, `without`, `on` and the like. */
  readonly grouping: readonly string[];
  /** Windows of range selectors, as written. */
  readonly windows: readonly string[];
}

type Node = NonNullable<ReturnType<typeof parser.parse>['topNode']['firstChild']>;

/** Reads a query in which no Grafana variable is left. */
export function readPromql(expression: string): PromqlReading {
  const errors: string[] = [];
  const selectors: PromqlSelector[] = [];
  const grouping: string[] = [];
  const windows: string[] = [];
  const text = (node: { from: number; to: number }): string => expression.slice(node.from, node.to);
  parser.parse(expression).iterate({
    enter: ({ node, name, type }) => {
      if (type.isError) errors.push(expression.slice(Math.max(0, node.from - 20), node.to + 20));
      if (name === 'VectorSelector') {
        const metric = node.getChild('Identifier');
        selectors.push({
          metric: metric === null ? '' : text(metric),
          labels: namesWithin(node.getChild('LabelMatchers')).map(text),
          within: enclosingFunction(node, text),
        });
      }
      if (name === 'GroupingLabels') grouping.push(...namesWithin(node).map(text));
      if (name === 'MatrixSelector') {
        const window = node.getChild('DurationExpr');
        if (window !== null) windows.push(text(window));
      }
    },
  });
  return { errors, selectors, grouping, windows };
}

function namesWithin(node: Node | null): Node[] {
  if (node === null) return [];
  const direct = node.getChildren('LabelName');
  return [
    ...direct,
    ...node.getChildren('UnquotedLabelMatcher').flatMap((matcher) => matcher.getChildren('LabelName')),
  ];
}

function enclosingFunction(node: Node, text: (node: Node) => string): string | undefined {
  const outer = node.parent?.name === 'MatrixSelector' ? node.parent.parent : node.parent;
  const call = outer?.name === 'FunctionCallBody' ? outer.parent : null;
  const identifier = call?.getChild('FunctionIdentifier') ?? null;
  return identifier === null ? undefined : text(identifier);
}
