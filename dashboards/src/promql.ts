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

/** How many processes have the gauge, whatever its value. */
export function counted(metric: MetricDefinition, { where, by }: Selection = {}): string {
  return aggregate('count', metric, selector(metric, 'value', where), by);
}

/** The lowest value of a gauge that any process has. */
export function lowest(metric: MetricDefinition, { where, by }: Selection = {}): string {
  return aggregate('min', metric, selector(metric, 'value', where), by);
}

/** The highest value of a gauge that any process has. */
export function highest(metric: MetricDefinition, { where, by }: Selection = {}): string {
  return aggregate('max', metric, selector(metric, 'value', where), by);
}

/** Quantile `q`, 0 to 1, of a histogram. */
export function quantile(q: number, metric: MetricDefinition, selection: Selection = {}): string {
  const { where, by = [], over = RATE_WINDOW } = selection;
  return `histogram_quantile(${q}, ${buckets(metric, { by, over, ...(where === undefined ? {} : { where }) })})`;
}

/** What each bucket of a histogram grew by, for quantiles and heatmaps. */
export function buckets(metric: MetricDefinition, selection: Selection = {}): string {
  const { where, by = [], over = RATE_WINDOW } = selection;
  return `sum by (${['le', ...labelsOf(metric, by)].join(', ')}) (rate(${selector(metric, 'bucket', where)}[${over}]))`;
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
  return ratio(orZero(part, whole), whole);
}

/** The part, and zero where it has no series although the whole has. */
export function orZero(part: string, whole: string): string {
  return `(${part} or 0 * ${whole})`;
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
  return aggregate('max', metric, codeOf(metric, attribute, codes), by);
}

/** Like {@link state}, for every process by itself. */
export function stateOfInstances<V extends string>(
  metric: MetricDefinition,
  attribute: AttributeDefinition<V>,
  codes: Readonly<Record<V, number>>,
): string {
  return `max by (job, instance) (${codeOf(metric, attribute, codes)})`;
}

function codeOf<V extends string>(
  metric: MetricDefinition,
  attribute: AttributeDefinition<V>,
  codes: Readonly<Record<V, number>>,
): string {
  const each = Object.entries<number>(codes).map(([value, code]) => {
    const inState = selector(metric, 'value', [is<string>(attribute, value)]);
    return `(${inState} == 1) * 0 + ${code}`;
  });
  return each.join(' or ');
}

function aggregate(
  operator: 'sum' | 'max' | 'min' | 'count',
  metric: MetricDefinition,
  expression: string,
  by: readonly AttributeDefinition[] = [],
): string {
  const grouping = by.length === 0 ? '' : ` by (${labelsOf(metric, by).join(', ')}) `;
  return `${operator}${grouping}(${expression})`;
}
