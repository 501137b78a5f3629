/**
 * The table of metrics in the README, made from the catalogue. `node test/repository/readme-metrics.ts` writes it; a test compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { prometheusLabelName, prometheusMetricName } from '../../packages/otel/src/prometheus-names.ts';
import type { MetricDefinition } from '../../packages/otel/src/signals/definitions.ts';
import { CATALOGUE } from '../../packages/otel/src/signals.ts';

export const README: string = fileURLToPath(new URL('../../README.md', import.meta.url));

const BEGIN = '<!-- metrics: made from the catalogue by `node test/repository/readme-metrics.ts` -->';
const END = '<!-- /metrics -->';

/** The text with its table of metrics made anew. */
export function withMetricsTable(text: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`The README lacks the marks ${BEGIN} and ${END}`);
  return `${text.slice(0, begin + BEGIN.length)}\n${metricsTable()}${text.slice(end)}`;
}

function metricsTable(): string {
  const rows = CATALOGUE.metrics.map(
    (metric) => `| \`${prometheusMetricName(metric)}\` | ${metric.type} | ${labels(metric)} | ${metric.description} |`,
  );
  return ['| metric | type | labels | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function labels({ attributes, optional }: MetricDefinition): string {
  return [...attributes, ...optional].map(({ name }) => `\`${prometheusLabelName(name)}\``).join(', ');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(README, withMetricsTable(readFileSync(README, 'utf8')));
