import type { DataPoint, Histogram, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { type Exemplar, exemplarsByBucket, exemplarText } from './exemplars.ts';
import { type Family, familiesOf } from './families.ts';
import { escapeLabel, labelMap, labelsOf } from './labels.ts';
import type { ExpositionFormat } from './negotiate.ts';
import { numberText } from './number-text.ts';

/**
 * Writes what a reader collected as Prometheus text 0.0.4 or OpenMetrics 1.0, with the names that an OTLP receiver of Prometheus would
 * give the same metrics (unit and `_total` suffixes), so that one dashboard fits pull and push. Histograms have exemplars in OpenMetrics.
 */
export function exposition(metrics: ResourceMetrics, format: ExpositionFormat): string {
  const lines: string[] = [];
  writeTarget(lines, metrics.resource.attributes, format);
  for (const family of familiesOf(metrics.scopeMetrics)) writeFamily(lines, family, format);
  if (format === 'openmetrics') lines.push('# EOF');
  return `${lines.join('\n')}\n`;
}

function writeFamily(lines: string[], family: Family, format: ExpositionFormat): void {
  const { name, type, help, unit } = family;
  const open = format === 'openmetrics';
  // An OpenMetrics family of counters is named without the suffix of its samples.
  const shown = open && type === 'counter' ? name.replace(/_total$/, '') : name;
  lines.push(`# HELP ${shown} ${escapeHelp(help, open)}`);
  lines.push(`# TYPE ${shown} ${type === 'updowncounter' ? 'gauge' : type}`);
  if (open && unit !== '') lines.push(`# UNIT ${shown} ${unit}`);
  for (const { scope, metric } of family.metrics) {
    for (const point of metric.dataPoints as readonly DataPoint<number | Histogram>[]) {
      const { attributes, value } = point;
      if (typeof value === 'number') {
        lines.push(`${name}{${labelsOf(attributes, scope)}} ${numberText(value)}`);
        continue;
      }
      // Buckets have a label of that name already, and two would cost the whole scrape; OTLP leaves it out too.
      const labels = labelsOf('le' in attributes ? { ...attributes, le: undefined } : attributes, scope);
      writeHistogram(lines, name, labels, value, open ? exemplarsByBucket(point) : undefined);
    }
  }
}

function writeHistogram(
  lines: string[],
  name: string,
  labels: string,
  { buckets, sum, count }: Histogram,
  exemplars: ReadonlyMap<number, Exemplar> | undefined,
): void {
  const { boundaries, counts } = buckets;
  let cumulative = 0;
  for (let bucket = 0; bucket < counts.length; bucket += 1) {
    cumulative += counts[bucket] ?? 0;
    const boundary = boundaries[bucket];
    const le = boundary === undefined ? '+Inf' : numberText(boundary);
    const exemplar = exemplars?.get(bucket);
    const link = exemplar === undefined ? '' : exemplarText(exemplar);
    lines.push(`${name}_bucket{${labels},le="${le}"} ${cumulative}${link}`);
  }
  lines.push(`${name}_sum{${labels}} ${numberText(sum ?? 0)}`, `${name}_count{${labels}} ${count}`);
}

function writeTarget(lines: string[], attributes: Readonly<Record<string, unknown>>, format: ExpositionFormat): void {
  const open = format === 'openmetrics';
  const labels = Array.from(labelMap(attributes), ([name, value]) => `${name}="${escapeLabel(value)}"`);
  lines.push(
    `# HELP ${open ? 'target' : 'target_info'} Target metadata`,
    open ? '# TYPE target info' : '# TYPE target_info gauge',
    labels.length === 0 ? 'target_info 1' : `target_info{${labels.join(',')}} 1`,
  );
}

function escapeHelp(value: string, open: boolean): string {
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return open ? escaped.replaceAll('"', '\\"') : escaped;
}
