import { prometheusLabelName } from '@crossbridge/otel';

export type Attributes = Readonly<Record<string, unknown>>;

/** The same attributes come at every scrape, as the same objects, so that writing them once is most of a scrape saved. */
const written = new WeakMap<Attributes, Map<string, string>>();

/** The labels of a point, between the braces: `a="1",b="2",otel_scope_name="scope"`. */
export function labelsOf(attributes: Attributes, scope: string): string {
  let known = written.get(attributes);
  if (known === undefined) {
    known = new Map();
    written.set(attributes, known);
  }
  let labels = known.get(scope);
  if (labels === undefined) {
    labels = write(attributes, scope);
    known.set(scope, labels);
  }
  return labels;
}

function write(attributes: Attributes, scope: string): string {
  const labels = labelMap(attributes);
  labels.set('otel_scope_name', scope);
  return Array.from(labels, ([name, value]) => `${name}="${escapeLabel(value)}"`).join(',');
}

/** Labels by name. Names that differ only in characters Prometheus lacks fall together; OTLP joins their values so. */
export function labelMap(attributes: Attributes): Map<string, string> {
  const labels = new Map<string, string>();
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    const name = safeName(key);
    if (name === undefined) continue;
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    const known = labels.get(name);
    labels.set(name, known === undefined ? text : `${known};${text}`);
  }
  return labels;
}

export function escapeLabel(value: string): string {
  return /[\\\n"]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"') : value;
}

/** One attribute without a name that Prometheus could hold must not cost the whole scrape. */
function safeName(key: string): string | undefined {
  try {
    return prometheusLabelName(key);
  } catch {
    return undefined;
  }
}
