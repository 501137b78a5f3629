import { parser } from '@prometheus-io/lezer-promql';

type Type = 'scalar' | 'vector' | 'matrix' | 'string';
type Node = NonNullable<ReturnType<typeof parser.parse>['topNode']['firstChild']>;

/** What each function that the queries use takes and gives. One that is missing here is an error: add it with its types. */
const FUNCTIONS: Readonly<Record<string, { readonly takes: readonly Type[]; readonly gives: Type }>> = {
  rate: { takes: ['matrix'], gives: 'vector' },
  increase: { takes: ['matrix'], gives: 'vector' },
  avg_over_time: { takes: ['matrix'], gives: 'vector' },
  min_over_time: { takes: ['matrix'], gives: 'vector' },
  count_over_time: { takes: ['matrix'], gives: 'vector' },
  last_over_time: { takes: ['matrix'], gives: 'vector' },
  sort_desc: { takes: ['vector'], gives: 'vector' },
  vector: { takes: ['scalar'], gives: 'vector' },
  histogram_quantile: { takes: ['scalar', 'vector'], gives: 'vector' },
};

/** What is wrong with the types of a query that the grammar accepts; empty when nothing is. */
export function promqlTypeErrors(expression: string): string[] {
  const errors: string[] = [];
  const top = parser.parse(expression).topNode.firstChild;
  if (top === null) return ['the query is empty'];
  const type = typeOf(top, expression, errors);
  if (type === 'matrix' || type === 'string') errors.push(`a panel cannot show a ${type}: ${expression}`);
  return errors;
}

function typeOf(node: Node, source: string, errors: string[]): Type {
  const text = (of: Node): string => source.slice(of.from, of.to);
  const child = (of: Node): Type => typeOf(of, source, errors);
  switch (node.name) {
    case 'NumberDurationLiteral':
      return 'scalar';
    case 'StringLiteral':
      return 'string';
    case 'VectorSelector':
      return 'vector';
    case 'MatrixSelector':
      if (node.getChild('VectorSelector') === null) errors.push(`a window of what is no series: ${text(node)}`);
      return 'matrix';
    case 'OffsetExpr':
    case 'SubqueryExpr': {
      const inner = expressionsIn(node)[0];
      const type = inner === undefined ? 'vector' : child(inner);
      if (node.name === 'OffsetExpr') return type;
      expect(type, 'vector', text(node), errors);
      return 'matrix';
    }
    case 'ParenExpr': {
      const inner = expressionsIn(node)[0];
      return inner === undefined ? 'vector' : child(inner);
    }
    case 'AggregateExpr':
      // What stands before the series is the number of topk and the like.
      for (const [index, argument] of expressionsIn(node.getChild('FunctionCallBody') ?? node)
        .reverse()
        .entries()) {
        expect(child(argument), index === 0 ? 'vector' : 'scalar', text(argument), errors);
      }
      return 'vector';
    case 'FunctionCall': {
      const name = node.getChild('FunctionIdentifier');
      const known = FUNCTIONS[name === null ? '' : text(name)];
      if (known === undefined) {
        errors.push(`unknown function: ${text(node)}`);
        return 'vector';
      }
      const given = expressionsIn(node.getChild('FunctionCallBody') ?? node);
      if (given.length !== known.takes.length) errors.push(`${given.length} arguments: ${text(node)}`);
      for (const [index, type] of known.takes.entries()) {
        const argument = given[index];
        if (argument !== undefined) expect(child(argument), type, text(argument), errors);
      }
      return known.gives;
    }
    case 'BinaryExpr': {
      const sides = expressionsIn(node).map(child);
      if (sides.some((type) => type === 'matrix' || type === 'string')) errors.push(`not for a number: ${text(node)}`);
      if (/\b(?:or|and|unless)\b/.test(operatorOf(node, source)) && sides.includes('scalar')) {
        errors.push(`a set of series and a number: ${text(node)}`);
      }
      return sides.includes('vector') ? 'vector' : 'scalar';
    }
    default:
      errors.push(`unknown expression ${node.name}: ${text(node)}`);
      return 'vector';
  }
}

function expect(actual: Type, wanted: Type, where: string, errors: string[]): void {
  if (actual !== wanted) errors.push(`a ${actual} where a ${wanted} belongs: ${where}`);
}

const EXPRESSIONS: ReadonlySet<string> = new Set([
  'NumberDurationLiteral',
  'StringLiteral',
  'VectorSelector',
  'MatrixSelector',
  'ParenExpr',
  'AggregateExpr',
  'FunctionCall',
  'BinaryExpr',
  'UnaryExpr',
  'SubqueryExpr',
  'OffsetExpr',
]);

function expressionsIn(node: Node): Node[] {
  const found: Node[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (EXPRESSIONS.has(child.name)) found.push(child);
  }
  return found;
}

/** What stands between the two sides. */
function operatorOf(node: Node, source: string): string {
  const [left, right] = expressionsIn(node);
  return left === undefined || right === undefined ? '' : source.slice(left.to, right.from);
}
