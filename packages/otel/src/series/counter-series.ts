import type { Attributes } from '@opentelemetry/api';

/** One number of one label set: what a counter has come to, or how many of something there are now. */
export class CounterSeries {
  readonly attributes: Attributes;
  value: number = 0;

  constructor(attributes: Attributes) {
    this.attributes = attributes;
  }

  add(amount: number): void {
    this.value += amount;
  }
}
