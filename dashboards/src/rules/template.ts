import { operation } from '../../../packages/otel/src/signals/attributes.ts';
import { label } from '../selector.ts';

/** Fills in the value of a label of the alert. */
export function value(name: string): string {
  return `{{ $labels.${name} }}`;
}

/** `search of shop`: the operation and the service of the alert. */
export const OPERATION_OF_JOB: string = `${value(label(operation))} of ${value('job')}`;

/** The matchers that choose the series of the alert's own operation, to be used in {@link ask}. */
export const OWN_OPERATION: string = `job=%q, ${label(operation)}=%q`;

const OWN_VALUES = `$labels.job $labels.${label(operation)}`;

/**
 * Asks Prometheus while the text of the alert is made, and shows `shown` of the first series of the answer; nothing when there is
 * none. `expression` has {@link OWN_OPERATION} in it, once.
 */
export function ask(expression: string, shown: string): string {
  return asked(expression, OWN_VALUES, shown);
}

/** Like {@link ask}, of the whole service: `job=%q` is in the expression, once. */
export function askService(expression: string, shown: string): string {
  return asked(expression, '$labels.job', shown);
}

function asked(expression: string, values: string, shown: string): string {
  // The raw string of Go keeps the quotes of PromQL.
  return `{{ with printf \`${expression}\` ${values} | query }}${shown}{{ end }}`;
}

/** The value of a label of the first series of an answer. */
export function first(name: string): string {
  return `{{ . | first | label "${name}" }}`;
}

/** The values of a label of every series of an answer. */
export function each(name: string): string {
  return `{{ range $i, $each := . }}{{ if $i }}, {{ end }}{{ $each.Labels.${name} }}{{ end }}`;
}
