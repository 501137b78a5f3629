import type { Histogram } from './histogram.ts';
import { parseValue, type Sample } from './parse.ts';

/** Label values that a sample must have. */
export type Selector = Readonly<Record<string, string>>;

/** One reading of `/metrics`, to be asked. What is not there counts as zero, as in a fresh process. */
export class Snapshot {
  readonly #byName: ReadonlyMap<string, readonly Sample[]>;

  constructor(samples: readonly Sample[]) {
    this.#byName = Map.groupBy(samples, (sample) => sample.name);
  }

  /** Every sample of that name with those labels. */
  select(name: string, selector: Selector = {}): readonly Sample[] {
    const wanted = Object.entries(selector);
    return (this.#byName.get(name) ?? []).filter(({ labels }) =>
      wanted.every(([label, value]) => labels.get(label) === value),
    );
  }

  /** The sum over the series of a counter or gauge. */
  sum(name: string, selector: Selector = {}): number {
    return this.select(name, selector).reduce((total, { value }) => total + value, 0);
  }

  /** The sum for each value of one label. Series without that label are left out. */
  sumBy(name: string, label: string, selector: Selector = {}): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const { labels, value } of this.select(name, selector)) {
      const key = labels.get(label);
      if (key !== undefined) sums.set(key, (sums.get(key) ?? 0) + value);
    }
    return sums;
  }

  /** The series of a histogram, added up. `name` is without `_bucket`. */
  histogram(name: string, selector: Selector = {}): Histogram {
    const sums = new Map<number, number>();
    for (const [text, cumulative] of this.sumBy(`${name}_bucket`, 'le', selector)) {
      const bound = parseValue(text);
      if (bound !== null) sums.set(bound, (sums.get(bound) ?? 0) + cumulative);
    }
    const bounds = [...sums].sort(([left], [right]) => left - right);
    return { buckets: bounds.map(([bound, cumulative]) => ({ bound, cumulative })) };
  }

  /** The value of `label` in the series whose 0/1 gauge is 1; null when none is. */
  active(name: string, label: string, selector: Selector = {}): string | null {
    return (
      this.select(name, selector)
        .find(({ value }) => value === 1)
        ?.labels.get(label) ?? null
    );
  }
}
