import { type PrometheusMetricType, prometheusLabelName, prometheusMetricName } from '@crossbridge/otel';
import type { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { DataPointType, type Histogram, type MetricData } from '@opentelemetry/sdk-metrics';

type ResourceMetrics = Awaited<ReturnType<PrometheusExporter['collect']>>['resourceMetrics'];
type Attributes = Readonly<Record<string, unknown>>;
type Scope = ResourceMetrics['scopeMetrics'][number]['scope'];

/** Content type of the Prometheus text format 0.0.4. */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Renders what a reader collected in the Prometheus text format, with the names that an OTLP receiver of Prometheus would give the
 * same metrics (unit and `_total` suffixes), so that one dashboard fits pull and push.
 */
export function prometheusText(metrics: ResourceMetrics): string {
  const families = new Map<string, Family>();
  for (const { scope, metrics: ofScope } of metrics.scopeMetrics) {
    for (const metric of ofScope) addMetric(families, metric, scope);
  }
  const lines = targetInfo(metrics.resource.attributes);
  for (const [name, family] of families) {
    lines.push(
      `# HELP ${name} ${escapeHelp(family.help)}`,
      `# TYPE ${name} ${family.type === 'updowncounter' ? 'gauge' : family.type}`,
      ...family.samples,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Samples of one name stand together, whichever scope they come from, as the format demands. */
interface Family {
  readonly help: string;
  readonly type: PrometheusMetricType;
  readonly samples: string[];
}

function addMetric(families: Map<string, Family>, metric: MetricData, scope: Scope): void {
  const type = typeOf(metric);
  if (type === undefined) return;
  const name = prometheusMetricName({ name: metric.descriptor.name, unit: metric.descriptor.unit, type });
  const known = families.get(name);
  // Two metrics that fall on one name but not on one type cannot both be told; the first stands.
  if (known !== undefined && known.type !== type) return;
  const family = known ?? { help: metric.descriptor.description, type, samples: [] };
  families.set(name, family);
  for (const point of metric.dataPoints) {
    const labels = labelsOf(point.attributes, scope);
    if (metric.dataPointType === DataPointType.HISTOGRAM) {
      family.samples.push(...histogramSamples(name, labels, point.value as Histogram));
    } else {
      family.samples.push(sample(name, labels, point.value as number));
    }
  }
}

function typeOf(metric: MetricData): Family['type'] | undefined {
  switch (metric.dataPointType) {
    case DataPointType.HISTOGRAM:
      return 'histogram';
    case DataPointType.SUM:
      return metric.isMonotonic ? 'counter' : 'updowncounter';
    case DataPointType.GAUGE:
      return 'gauge';
    default:
      return undefined;
  }
}

function histogramSamples(name: string, labels: readonly string[], histogram: Histogram): string[] {
  const { boundaries, counts } = histogram.buckets;
  let cumulative = 0;
  const buckets = counts.map((count, index) => {
    cumulative += count;
    const boundary = boundaries[index];
    return sample(
      `${name}_bucket`,
      [...labels, `le="${boundary === undefined ? '+Inf' : number(boundary)}"`],
      cumulative,
    );
  });
  return [
    ...buckets,
    sample(`${name}_sum`, labels, histogram.sum ?? 0),
    sample(`${name}_count`, labels, histogram.count),
  ];
}

function labelsOf(attributes: Attributes, scope: Scope): string[] {
  const labels = new Map<string, string>();
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    const name = prometheusLabelName(key);
    const known = labels.get(name);
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    // Names that differ only in characters Prometheus lacks fall together; OTLP joins their values so.
    labels.set(name, known === undefined ? text : `${known};${text}`);
  }
  labels.set('otel_scope_name', scope.name);
  return [...labels].map(([name, value]) => `${name}="${escapeLabel(value)}"`);
}

function targetInfo(attributes: Attributes): string[] {
  const labels = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && typeof value !== 'object')
    .map(([key, value]) => `${prometheusLabelName(key)}="${escapeLabel(String(value))}"`);
  return ['# HELP target_info Target metadata', '# TYPE target_info gauge', sample('target_info', labels, 1)];
}

function sample(name: string, labels: readonly string[], value: number): string {
  return labels.length === 0 ? `${name} ${number(value)}` : `${name}{${labels.join(',')}} ${number(value)}`;
}

function number(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

function escapeHelp(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
