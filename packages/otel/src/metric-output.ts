import type { BridgeEvent } from '@crossbridge/core';
import type { Context } from '@opentelemetry/api';
import type { MeasurementSink } from './measurement-sink.ts';
import type { Loss } from './measurements.ts';
import type { PlainCall } from './operation-measurements.ts';

/** Where metrics of events go. */
export interface MetricOutput {
  /** Whether somebody collects them. */
  readonly active: boolean;
  /** `context` is that of the call, where its trace is recorded, so that a reader can link a measurement to it. */
  record(event: BridgeEvent, context: Context | undefined): void;
  /** The same of all that happened in a plain call. */
  plain(call: PlainCall, context: Context | undefined): void;
  /** Where measurements go that are no events of a bridge. */
  readonly sink: MeasurementSink;
  /** Counts something that is told to nobody. */
  lose(what: Loss): void;
  close(): void;
}
