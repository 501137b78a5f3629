import type { AttributeDefinition, MetricDefinition } from '../../packages/otel/src/signals/definitions.ts';
import { type Condition, is, labelsOf, type SeriesPart, selector } from './selector.ts';

/** Four scrapes at least, and no shorter than a pixel: Grafana works it out. */
const RATE_WINDOW = '$__rate_interval';

/** The time range that the reader looks at. */
export const WHOLE_RANGE = '$__range';

export interface Selection {
  readonly where?: readonly Condition[];
  /** What to tell series apart by. Default: one series for everything. */
  readonly by?: readonly AttributeDefinition[];
  /** Window of a rate. Default `$__rate_interval`. */
  readonly over?: string;
}

/** Growth per second of a counter (`value`), or of the number (`count`) or the total (`sum`) of what a histogram saw. */
export function rate(metric: MetricDefinition, part: SeriesPart, selection: Selection = {}): string {
  const { where, by, over = RATE_WINDOW } = selection;
  return aggregate('sum', metric, `rate(${selector(metric, part, where)}[${over}])`, by);
}

/** Growth within a window, in whole units of the counter. */
export function increase(metric: MetricDefinition, part: SeriesPart, selection: Selection = {}): string {
  const { where, by, over = RATE_WINDOW } = selection;
  return aggregate('sum', metric, `increase(${selector(metric, part, where)}[${over}])`, by);
}

/** Sum of a gauge over every process. */
export function gauge(metric: MetricDefinition, { where, by }: Selection = {}): string {
  return aggregate('sum', metric, selector(metric, 'value', where), by);
}

/** Quantile `q`, 0 to 1, of a histogram. */
export function quantile(q: number, metric: MetricDefinition, selection: Selection = {}): string {
  const { where, by = [], over = RATE_WINDOW } = selection;
  const buckets = `rate(${selector(metric, 'bucket', where)}[${over}])`;
  return `histogram_quantile(${q}, sum by (${['le', ...labelsOf(metric, by)].join(', ')}) (${buckets}))`;
}

/** Mean of what a histogram saw. */
export function mean(metric: MetricDefinition, selection: Selection = {}): string {
  return ratio(rate(metric, 'sum', selection), rate(metric, 'count', selection));
}

/** `part / whole`, and nothing where the whole is zero: an idle service shows no number instead of a wrong one. */
export function ratio(part: string, whole: string): string {
  return `${part} / (${whole} > 0)`;
}

/** Each of the parts divided by one number for all of them. */
export function perTotal(parts: string, total: string): string {
  return `${parts} / on () group_left () (${total} > 0)`;
}

/** Like {@link ratio}, and zero where the part has no series although the whole has. */
export function share(part: string, whole: string): string {
  return ratio(`(${part} or 0 * ${whole})`, whole);
}

/**
 * The state of a one-hot gauge as a number: the code of the state that is 1. Where processes differ the highest code
 * wins, so the worst state should have it.
 */
export function state<V extends string>(
  metric: MetricDefinition,
  attribute: AttributeDefinition<V>,
  codes: Readonly<Record<V, number>>,
  by: readonly AttributeDefinition[] = [],
): string {
  const each = Object.entries<number>(codes).map(([value, code]) => {
    const inState = selector(metric, 'value', [is<string>(attribute, value)]);
    return `(${inState} == 1) * 0 + ${code}`;
  });
  return aggregate('max', metric, each.join(' or '), by);
}

function aggregate(
  operator: 'sum' | 'max',
  metric: MetricDefinition,
  expression: string,
  by: readonly AttributeDefinition[] = [],
): string {
  const grouping = by.length === 0 ? '' : ` by (${labelsOf(metric, by).join(', ')}) `;
  return `${operator}${grouping}(${expression})`;
}
