import { once } from 'node:events';
import { createServer } from 'node:http';
import { prometheusLabelName, prometheusMetricName } from '../../packages/otel/src/prometheus-names.ts';
import type { AttributeDefinition, MetricDefinition } from '../../packages/otel/src/signals/definitions.ts';
import { CATALOGUE } from '../../packages/otel/src/signals.ts';

const TRACE = 'trace_id="78cb85ec751bdd4f7c6b90fb7c91c1af",span_id="c315cfad9f3729ee"';

/**
 * What an agent to which everything happens all the time would show: every metric of the catalogue, with every value of its
 * attributes, all counters growing by the same number, as OpenMetrics with exemplars.
 */
function catalogueText(count: number): string {
  return `${CATALOGUE.metrics.flatMap((metric) => linesOf(metric, count)).join('\n')}\n# EOF\n`;
}

function linesOf(metric: MetricDefinition, count: number): string[] {
  const name = prometheusMetricName(metric);
  const family = metric.type === 'counter' ? name.replace(/_total$/, '') : name;
  const type = metric.type === 'updowncounter' ? 'gauge' : metric.type;
  const sets = labelSets(metric.attributes, metric.optional);
  const samples = sets.flatMap((labels) => {
    if (metric.type !== 'histogram') return [`${name}{${labels.join()}} ${metric.type === 'counter' ? count : 1}`];
    const buckets = [...metric.boundaries.map(String), '+Inf'].map((le, index) => {
      const exemplar = index === 3 ? ` # {${TRACE}} ${(metric.boundaries[2] ?? 0) * 1.5}` : '';
      return `${name}_bucket{${[...labels, `le="${le}"`].join()}} ${index < 3 ? 0 : count}${exemplar}`;
    });
    return [...buckets, `${name}_sum{${labels.join()}} ${count}`, `${name}_count{${labels.join()}} ${count}`];
  });
  return [`# TYPE ${family} ${type}`, ...samples];
}

/** Every combination of values, and of the presence of what is optional. Attributes without a list of values have one. */
function labelSets(attributes: readonly AttributeDefinition[], optional: readonly AttributeDefinition[]): string[][] {
  const choices = [
    ...attributes.map((attribute) => labelsOf(attribute)),
    ...optional.map((attribute) => [undefined, ...labelsOf(attribute)]),
  ];
  return choices.reduce<string[][]>(
    (sets, labels) => sets.flatMap((set) => labels.map((label) => (label === undefined ? set : [...set, label]))),
    [[]],
  );
}

function labelsOf({ name, values }: AttributeDefinition): string[] {
  const all = Object.keys(values).length === 0 ? ['some'] : Object.keys(values);
  return all.map((value) => `${prometheusLabelName(name)}="${value}"`);
}

export interface MetricsServer extends AsyncDisposable {
  /** `host:port`; it has `/metrics`. */
  readonly target: string;
  /** From now on it answers as if the process had gone. */
  fail(): void;
}

/** Serves {@link catalogueText}, changed by `change`, with counters that grow with each scrape. */
export async function startMetricsServer(change: (text: string) => string = (text) => text): Promise<MetricsServer> {
  let scrapes = 0;
  let failing = false;
  const server = createServer((_, response) => {
    scrapes += 1;
    if (failing) response.writeHead(503).end();
    else {
      response.setHeader('content-type', 'application/openmetrics-text; version=1.0.0; charset=utf-8');
      response.end(change(catalogueText(scrapes * 10)));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    target: `127.0.0.1:${(server.address() as { port: number }).port}`,
    fail: () => {
      failing = true;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
