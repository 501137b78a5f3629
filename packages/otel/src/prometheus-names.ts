/** What a metric is once it leaves the SDK: the suffix depends on it. */
export type PrometheusMetricType = 'counter' | 'updowncounter' | 'gauge' | 'histogram';

const UNITS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '1': '',
  '%': 'percent',
};

const PER_UNITS: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
};

/**
 * The name under which Prometheus, or a Collector that writes to it, shows an OTLP metric, without the `_bucket`, `_sum` and
 * `_count` of a histogram. It follows `otlptranslator` 1.0, which both use, in the mode that escapes to underscores and
 * adds suffixes (their default).
 *
 * @throws RangeError when no character of the name can be kept
 */
export function prometheusMetricName(metric: {
  readonly name: string;
  readonly unit: string;
  readonly type: PrometheusMetricType;
}): string {
  const tokens = metric.name.split(/[^a-zA-Z0-9:]+/).filter((token) => token !== '');
  for (const unit of unitTokens(metric.unit)) if (!tokens.includes(unit)) tokens.push(unit);
  const ending = typeSuffix(metric.type, metric.unit);
  const name = (ending === undefined ? tokens : [...tokens.filter((token) => token !== ending), ending]).join('_');
  if (name === '') {
    throw new RangeError(`The metric name '${metric.name}' has no character that a Prometheus name can hold`);
  }
  return startsWithDigit(name) ? `_${name}` : name;
}

/** The unit as Prometheus and OpenMetrics metadata spell it (`# UNIT`); empty when there is none to name. */
export function prometheusUnit(unit: string): string {
  const { main, per } = unitSuffixes(unit);
  return (main === '' || per === '' ? main + per : `${main}_${per}`).replace(/_$/, '');
}

/**
 * The label under which Prometheus shows an OTLP attribute.
 *
 * @throws RangeError when no character of the name can be kept
 */
export function prometheusLabelName(attribute: string): string {
  const escapedName = attribute.replace(/[^a-zA-Z0-9_]/gu, '_');
  if (startsWithDigit(escapedName)) return `key_${escapedName}`;
  // Two underscores are Prometheus' own mark and are kept; one would be taken for it.
  const label = /^_(?!_)/.test(escapedName) ? `key${escapedName}` : escapedName;
  if (/^_*$/.test(label)) {
    throw new RangeError(`The attribute name '${attribute}' has no character that a Prometheus label can hold`);
  }
  return label;
}

function typeSuffix(type: PrometheusMetricType, unit: string): string | undefined {
  if (type === 'counter') return 'total';
  // Only gauges: in counters the unit `1` is common for things that are counted and are no ratio.
  return type === 'gauge' && unit === '1' ? 'ratio' : undefined;
}

function unitTokens(unit: string): readonly string[] {
  const { main, per } = unitSuffixes(unit);
  const perToken = per === 'per_' ? '' : per.replace(/_$/, '');
  const mainToken = perToken === '' ? main : main.replace(/_$/, '');
  return [mainToken, perToken].filter((token) => token !== '');
}

function unitSuffixes(unit: string): { readonly main: string; readonly per: string } {
  const slash = unit.indexOf('/');
  const main = named(slash < 0 ? unit : unit.slice(0, slash), UNITS);
  const per = slash < 0 ? '' : named(unit.slice(slash + 1), PER_UNITS);
  return { main: escaped(main), per: per === '' ? '' : escaped(`per_${per}`) };
}

function named(unit: string, names: Readonly<Record<string, string>>): string {
  const trimmed = unit.trim();
  // An annotation such as `{call}` says what is counted and is no unit.
  if (/[{}]/.test(trimmed)) return '';
  return Object.hasOwn(names, trimmed) ? (names[trimmed] ?? '') : trimmed;
}

function escaped(unit: string): string {
  return unit.replace(/[^a-zA-Z0-9:]+/g, '_').replace(/^_/, '');
}

function startsWithDigit(text: string): boolean {
  return /^[0-9]/.test(text);
}
