import { CATALOGUE, prometheusLabelName, prometheusMetricName } from '@crossbridge/otel';

type Metric = (typeof CATALOGUE.metrics)[number];

const PARTS = /_(?:bucket|count|sum)$/;
const BY_NAME: ReadonlyMap<string, Metric> = new Map(
  CATALOGUE.metrics.map((metric) => [prometheusMetricName(metric), metric]),
);

/** The metric that a series belongs to; undefined when the catalogue has none. */
export function metricOf(series: string): Metric | undefined {
  return BY_NAME.get(series) ?? BY_NAME.get(series.replace(PARTS, ''));
}

/** Whether a series of the metric may lack the label. */
export function isOptional(metric: Metric | undefined, label: string): boolean {
  return metric?.optional.some(({ name }) => prometheusLabelName(name) === label) ?? false;
}

/** Whether the label can only have values that CrossBridge itself gives it. */
export function hasKnownValues(metric: Metric | undefined, label: string): boolean {
  const attribute = [...(metric?.attributes ?? []), ...(metric?.optional ?? [])].find(
    ({ name }) => prometheusLabelName(name) === label,
  );
  return attribute?.bound === 'values';
}

const SUFFIX = /_(?:total|ratio|seconds|milliseconds|bucket|count|sum)(?=_|$)/g;

/** What is left of a name when the suffixes that exporters add, or do not add, are gone, and dots are underscores. */
function stem(name: string): string {
  return name
    .replace(/[.]/g, '_')
    .replace(SUFFIX, '')
    .replace(/^.*?(?=crossbridge_)/, '');
}

/** Another spelling of the same metric among `names`; undefined when there is none. */
export function otherSpelling(series: string, names: readonly string[]): string | undefined {
  const wanted = stem(series);
  const part = PARTS.exec(series)?.[0] ?? '';
  const spelled = names.filter((name) => !name.includes(':') && metricOf(name) === undefined && stem(name) === wanted);
  return spelled.find((name) => name.endsWith(part)) ?? spelled[0];
}

/** What brings about the metrics whose names begin so. The first that fits holds. */
const APPEARS_WITH: readonly (readonly [prefix: string, what: string])[] = [
  ['crossbridge_stream_', 'the first streamed answer of a model'],
  ['crossbridge_upstream_quota_', 'the first answer with x-ratelimit headers'],
  ['crossbridge_rate_limit_store_', 'rate limits that are shared by a store'],
  ['crossbridge_rate_limit_', 'an operation that has a rate_limit'],
  ['crossbridge_bulkhead_', 'an operation that has a bulkhead'],
  ['crossbridge_circuit_breaker_', 'an operation that has a circuit_breaker'],
  ['crossbridge_health_', 'the first result of a check of health_checks'],
  ['crossbridge_hedge_', 'an operation whose attempts are hedged'],
  ['crossbridge_fallback_', 'the first fallback'],
  ['crossbridge_timeout_', 'an operation that has a timeout'],
  ['crossbridge_retry_delay_', 'the first retry'],
  ['crossbridge_retry_', 'an operation with calls that may be tried again'],
  ['crossbridge_patch_', 'an agent: a bridge made by hand has none'],
  ['gen_ai_', 'the first answer of a model'],
  ['crossbridge_call_', 'the first call of an operation'],
  ['crossbridge_attempt_', 'the first call of an operation'],
];

/** What every agent has as soon as it runs. */
const FROM_THE_START = /^crossbridge_(?:config_reloads|telemetry_losses)_/;

/** What must happen before there is such a series; undefined when it is there from the start. */
export function appearsWith(series: string): string | undefined {
  if (FROM_THE_START.test(series)) return undefined;
  return APPEARS_WITH.find(([prefix]) => series.startsWith(prefix))?.[1] ?? 'the first event that it tells of';
}
