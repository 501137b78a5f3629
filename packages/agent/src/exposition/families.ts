import { type PrometheusMetricType, prometheusMetricName, prometheusUnit } from '@crossbridge/otel';
import { DataPointType, type MetricData, type ScopeMetrics } from '@opentelemetry/sdk-metrics';

/** Every metric of one name, whichever scopes it comes from: the formats want its samples together. */
export interface Family {
  /** With the suffixes of unit and type, as OTLP → Prometheus gives it; of a counter with `_total`. */
  readonly name: string;
  readonly type: PrometheusMetricType;
  readonly help: string;
  /** Empty when there is none to name. */
  readonly unit: string;
  readonly metrics: { readonly scope: string; readonly metric: MetricData }[];
}

/** Puts the metrics of all scopes together by name. What has no shape that the formats know is left out. */
export function familiesOf(scopes: readonly ScopeMetrics[]): Iterable<Family> {
  const families = new Map<string, Family>();
  for (const { scope, metrics } of scopes) {
    for (const metric of metrics) add(families, metric, scope.name);
  }
  return families.values();
}

function add(families: Map<string, Family>, metric: MetricData, scope: string): void {
  const type = typeOf(metric);
  if (type === undefined || metric.dataPoints.length === 0) return;
  const { name: otelName, unit, description } = metric.descriptor;
  const name = nameOf(otelName, unit, type);
  if (name === undefined) return;
  const known = families.get(name);
  if (known === undefined) {
    const unitName = prometheusUnit(unit);
    // The formats allow a unit only where the name of the family ends with it.
    const base = type === 'counter' ? name.replace(/_total$/, '') : name;
    const shown = unitName !== '' && base.endsWith(`_${unitName}`) ? unitName : '';
    families.set(name, { name, type, help: description, unit: shown, metrics: [{ scope, metric }] });
    return;
  }
  // Two metrics that fall on one name but not on one type cannot both be told; the first stands.
  if (known.type === type) known.metrics.push({ scope, metric });
}

function typeOf(metric: MetricData): PrometheusMetricType | undefined {
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

function nameOf(name: string, unit: string, type: PrometheusMetricType): string | undefined {
  try {
    return prometheusMetricName({ name, unit, type });
  } catch {
    return undefined;
  }
}
