import type { AttributeDefinition, MetricDefinition } from '../../../packages/otel/src/signals/definitions.ts';
import { type Condition, label, labelsOf, type SeriesPart, seriesName } from '../selector.ts';

/** The series of a metric that fit, of every service; `scope` has further matchers as text. */
export function series(
  metric: MetricDefinition,
  part: SeriesPart,
  matchers: readonly Condition[] = [],
  scope: string = '',
): string {
  const attributes = matchers.map(({ attribute }) => attribute);
  // Throws for an attribute that the metric does not have.
  labelsOf(metric, attributes);
  const conditions = [...(scope === '' ? [] : [scope]), ...matchers.map(({ text }) => text)].join(', ');
  return conditions === '' ? seriesName(metric, part) : `${seriesName(metric, part)}{${conditions}}`;
}

/** `by (job, …)`: the labels that tell the series of a rule apart. */
export function by(...labels: readonly (string | AttributeDefinition)[]): string {
  return `by (${['job', ...labels.map((each) => (typeof each === 'string' ? each : label(each)))].join(', ')})`;
}

/** `part / whole`, and nothing where the whole is zero: that nothing happened says nothing, and must not be NaN. */
export function ratio(part: string, whole: string): string {
  return `${part} / (${whole} > 0)`;
}
