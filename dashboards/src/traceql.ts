import { operation } from '../../packages/otel/src/signals/attributes.ts';
import type { AttributeDefinition } from '../../packages/otel/src/signals/definitions.ts';
import { type Condition, label } from './selector.ts';

/** A condition on the attributes of a call span, in TraceQL. */
export interface SpanCondition {
  readonly attribute: AttributeDefinition;
  readonly traceql: string;
}

// Variables of Grafana are kept as they are when the address that they stand in is encoded.
const CHOSEN_OPERATIONS = `span.${operation.name} =~ "\${operation:pipe}"`;
const OPERATION_OF_SERIES = `span.${operation.name} = "\${__field.labels.${label(operation)}}"`;

/** The span has one of the values, or none of them, as a series would. */
export function span({ attribute, among, values }: Condition): SpanCondition {
  const [one, several] = among ? ['=', '=~'] : ['!=', '!~'];
  return { attribute, traceql: `span.${attribute.name} ${values.length === 1 ? one : several} "${values.join('|')}"` };
}

/** The number of the span is above `limit`. */
export function above(attribute: AttributeDefinition, limit: number): SpanCondition {
  return { attribute, traceql: `span.${attribute.name} > ${limit}` };
}

/** TraceQL for the traces of the chosen operations whose calls meet all conditions. */
export function tracesOfChosen(conditions: readonly SpanCondition[]): string {
  return allOf(CHOSEN_OPERATIONS, conditions);
}

/** The same for the one operation whose series was clicked. */
export function tracesOfSeries(conditions: readonly SpanCondition[]): string {
  return allOf(OPERATION_OF_SERIES, conditions);
}

function allOf(operations: string, conditions: readonly SpanCondition[]): string {
  return `{ ${[operations, ...conditions.map(({ traceql }) => traceql)].join(' && ')} }`;
}
