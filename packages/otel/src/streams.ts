import { followChannel } from './follow-channel.ts';
import type { MeasurementSink } from './measurement-sink.ts';
import * as attribute from './signals/attributes.ts';
import * as metric from './signals/metrics.ts';
import type { StreamEndName } from './signals/stream-attributes.ts';

interface FirstContent {
  readonly operation: string;
  readonly afterMs: number;
}

interface StreamEnded {
  readonly operation: string;
  readonly end: StreamEndName;
  readonly afterMs: number;
  readonly usage?: { readonly input?: number | undefined; readonly output?: number | undefined } | undefined;
}

/** Where the guard of streams of `@crossbridge/integrations` tells of them: a call is over before the answer that it streams is. */
const FIRST_CONTENT = 'crossbridge:stream.first_content';
const END = 'crossbridge:stream.end';

/** Measures every guarded stream of the process, while `active`; the function returned ends it. */
export function followStreams(sink: MeasurementSink, active: () => boolean): () => void {
  const ends = [
    followChannel<FirstContent>(FIRST_CONTENT, 'a stream', (fact) => active() && recordFirst(sink, fact)),
    followChannel<StreamEnded>(END, 'a stream', (fact) => active() && recordEnd(sink, fact)),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function recordFirst(to: MeasurementSink, { operation, afterMs }: FirstContent): void {
  const labels = { [attribute.operation.name]: operation };
  to.histogram(metric.streamFirstContentDuration, labels).record(afterMs / 1000, undefined);
}

function recordEnd(to: MeasurementSink, { operation, end, afterMs, usage }: StreamEnded): void {
  const labels = { [attribute.operation.name]: operation };
  to.histogram(metric.streamDuration, { ...labels, [attribute.streamEnd.name]: end }).record(afterMs / 1000, undefined);
  for (const type of ['input', 'output'] as const) {
    const tokens = usage?.[type];
    if (tokens !== undefined) to.sum(metric.streamTokens, { ...labels, [attribute.tokenType.name]: type }).add(tokens);
  }
}
