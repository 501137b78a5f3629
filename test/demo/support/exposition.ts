import type { Family, Sample } from '../../../demo/metrics/parse.ts';

/** Writes samples in Prometheus text format 0.0.4, with every escape that it has. */
export function renderExposition(samples: readonly Sample[], families: readonly Family[] = []): string {
  const comments = families.flatMap(({ name, help, type }) => [
    ...(help === undefined ? [] : [`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`]),
    ...(type === undefined ? [] : [`# TYPE ${name} ${type}`]),
  ]);
  return `${[...comments, ...samples.map(renderSample)].join('\n')}\n`;
}

/** A sample from a plain object of labels. */
export function sample(name: string, labels: Readonly<Record<string, string>>, value: number): Sample {
  return { name, labels: new Map(Object.entries(labels)), value };
}

function renderSample({ name, labels, value, timestampMs }: Sample): string {
  const pairs = [...labels].map(([label, text]) => {
    const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
    return `${label}="${escaped}"`;
  });
  const braces = pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
  return `${name}${braces} ${renderValue(value)}${timestampMs === undefined ? '' : ` ${timestampMs}`}`;
}

function renderValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  // String(-0) is '0'.
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
