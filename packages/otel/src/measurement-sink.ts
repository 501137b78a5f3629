import type { Attributes, Context } from '@opentelemetry/api';
import type { CounterDefinition, HistogramDefinition } from './signals/definitions.ts';

export interface Sum {
  add(amount: number): void;
}

export interface Distribution {
  /** `context` is that of the call, where its trace is recorded: for exemplars. */
  record(value: number, context: Context | undefined): void;
}

/** Where measurements go. What it hands out is bound to one label set, and good for as long as the sink is. */
export interface MeasurementSink {
  sum(definition: CounterDefinition, attributes: Attributes): Sum;
  histogram(definition: HistogramDefinition, attributes: Attributes): Distribution;
}
