import * as attributes from './signals/attributes.ts';
import type { AttributeDefinition, EventDefinition, MetricDefinition, SpanDefinition } from './signals/definitions.ts';
import * as events from './signals/events.ts';
import * as logs from './signals/logs.ts';
import * as metrics from './signals/metrics.ts';
import * as spans from './signals/spans.ts';

/**
 * The catalogue: every signal that CrossBridge emits, with its meaning. It is the only place that names one; dashboards,
 * rules and documentation are generated from it or checked against it.
 */
export const CATALOGUE: {
  readonly attributes: readonly AttributeDefinition[];
  readonly metrics: readonly MetricDefinition[];
  readonly spans: readonly SpanDefinition[];
  readonly events: readonly EventDefinition[];
  /** Log records. */
  readonly logs: readonly EventDefinition[];
} = {
  attributes: byName(attributes),
  metrics: byName(metrics),
  spans: byName(spans),
  events: byName(events),
  logs: byName(logs),
};

function byName<Definition extends { readonly name: string }>(
  definitions: Readonly<Record<string, Definition>>,
): readonly Definition[] {
  return Object.values(definitions).sort((a, b) => (a.name < b.name ? -1 : 1));
}
