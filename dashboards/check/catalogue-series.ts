import { prometheusLabelName, prometheusMetricName } from '../../packages/otel/src/prometheus-names.ts';
import type { MetricDefinition } from '../../packages/otel/src/signals/definitions.ts';
import { CATALOGUE } from '../../packages/otel/src/signals.ts';

/** Every metric that a query may ask for. */
export const KNOWN_METRICS: readonly MetricDefinition[] = CATALOGUE.metrics;

/** The names of the series of a metric. */
export function seriesOf(metric: MetricDefinition): string[] {
  const name = prometheusMetricName(metric);
  return metric.type === 'histogram' ? ['bucket', 'count', 'sum'].map((part) => `${name}_${part}`) : [name];
}

/** The labels of every series that CrossBridge's metrics have in Prometheus, by the name of the series. */
export const SERIES: ReadonlyMap<string, readonly string[]> = new Map(
  KNOWN_METRICS.flatMap((metric) => {
    const attributes = [...metric.attributes, ...metric.optional];
    const labels = ['job', 'instance', ...attributes.map(({ name }) => prometheusLabelName(name))];
    return seriesOf(metric).map((name): [string, string[]] => [
      name,
      name.endsWith('_bucket') ? [...labels, 'le'] : labels,
    ]);
  }),
);
