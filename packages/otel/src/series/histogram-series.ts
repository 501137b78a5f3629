import type { Attributes, Context } from '@opentelemetry/api';
import { type Exemplar, exemplarOf } from './exemplar.ts';

/** The distribution of one label set, in buckets whose upper bounds are inclusive; the last bucket has none. */
export class HistogramSeries {
  readonly attributes: Attributes;
  readonly boundaries: readonly number[];
  readonly counts: number[];
  /** The last measurement of each bucket that was made in an exported trace. */
  readonly exemplars: (Exemplar | undefined)[];
  sum: number = 0;
  min: number = Number.POSITIVE_INFINITY;
  max: number = Number.NEGATIVE_INFINITY;
  /** That of the last measurement. */
  #bucket: number = 0;

  constructor(attributes: Attributes, boundaries: readonly number[]) {
    this.attributes = attributes;
    this.boundaries = boundaries;
    this.counts = new Array<number>(boundaries.length + 1).fill(0);
    this.exemplars = new Array<Exemplar | undefined>(boundaries.length + 1).fill(undefined);
  }

  get count(): number {
    return this.counts.reduce((total, each) => total + each, 0);
  }

  /** `context` is that of the call, where its trace is recorded. A measurement that is no number would spoil the sum for ever. */
  record(value: number, context: Context | undefined): void {
    if (!(value >= 0)) return;
    const bucket = this.#bucketOf(value);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    if (context !== undefined) this.exemplars[bucket] = exemplarOf(value, context) ?? this.exemplars[bucket];
  }

  /** Looked for from that of the last measurement on: those of one label set mostly fall into the same bucket, or the next. */
  #bucketOf(value: number): number {
    const { boundaries } = this;
    let bucket = this.#bucket;
    while (bucket < boundaries.length && value > (boundaries[bucket] ?? 0)) bucket += 1;
    while (bucket > 0 && value <= (boundaries[bucket - 1] ?? 0)) bucket -= 1;
    this.#bucket = bucket;
    return bucket;
  }
}
