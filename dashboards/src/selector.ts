import { prometheusLabelName, prometheusMetricName } from '../../packages/otel/src/prometheus-names.ts';
import { operation } from '../../packages/otel/src/signals/attributes.ts';
import type { AttributeDefinition, MetricDefinition } from '../../packages/otel/src/signals/definitions.ts';

/** Which of the series of a histogram; every other metric has its `value` alone. */
export type SeriesPart = 'value' | 'bucket' | 'count' | 'sum';

/** A condition on an attribute, of a series or of a span: it has one of the values, or none of them. */
export interface Condition {
  readonly attribute: AttributeDefinition;
  readonly among: boolean;
  readonly values: readonly string[];
  /** The matcher of a series, in PromQL. */
  readonly text: string;
}

/** The attribute has one of the values; a value that the catalogue does not know does not compile. */
export function is<V extends string>(attribute: AttributeDefinition<V>, ...values: readonly NoInfer<V>[]): Condition {
  const operator = values.length === 1 ? '=' : '=~';
  return { attribute, among: true, values, text: `${label(attribute)}${operator}"${values.join('|')}"` };
}

/** The attribute has none of the values. */
export function isNot<V extends string>(
  attribute: AttributeDefinition<V>,
  ...values: readonly NoInfer<V>[]
): Condition {
  const operator = values.length === 1 ? '!=' : '!~';
  return { attribute, among: false, values, text: `${label(attribute)}${operator}"${values.join('|')}"` };
}

/** The series of a metric that the variables of the dashboard and the conditions select. */
export function selector(metric: MetricDefinition, part: SeriesPart, where: readonly Condition[] = []): string {
  const scope = ['job=~"$job"', 'instance=~"$instance"'];
  if (hasAttribute(metric, operation)) scope.push(`${label(operation)}=~"$operation"`);
  for (const { attribute } of where) requireAttribute(metric, attribute);
  return `${seriesName(metric, part)}{${[...scope, ...where.map(({ text }) => text)].join(', ')}}`;
}

/** Name of the series as Prometheus has it. */
export function seriesName(metric: MetricDefinition, part: SeriesPart): string {
  if ((metric.type === 'histogram') !== (part !== 'value')) throw new Error(`${metric.name} has no series '${part}'`);
  return part === 'value' ? prometheusMetricName(metric) : `${prometheusMetricName(metric)}_${part}`;
}

/** The label of an attribute as Prometheus has it. */
export function label({ name }: AttributeDefinition): string {
  return prometheusLabelName(name);
}

/** The labels of attributes that the metric has. */
export function labelsOf(metric: MetricDefinition, attributes: readonly AttributeDefinition[]): string[] {
  for (const attribute of attributes) requireAttribute(metric, attribute);
  return attributes.map(label);
}

/** A legend that shows the values of the attributes. */
export function legend(...attributes: readonly AttributeDefinition[]): string {
  return attributes.map((attribute) => `{{${label(attribute)}}}`).join(' ');
}

function hasAttribute(metric: MetricDefinition, attribute: AttributeDefinition): boolean {
  return metric.attributes.includes(attribute) || metric.optional.includes(attribute);
}

function requireAttribute(metric: MetricDefinition, attribute: AttributeDefinition): void {
  if (!hasAttribute(metric, attribute)) throw new Error(`${metric.name} has no attribute ${attribute.name}`);
}
