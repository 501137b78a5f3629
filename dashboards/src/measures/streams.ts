import { streamEnd } from '../../../packages/otel/src/signals/attributes.ts';
import { streamDuration } from '../../../packages/otel/src/signals/metrics.ts';
import { rate, type Selection, share } from '../promql.ts';
import { is, isNot } from '../selector.ts';

/** Share of the streamed answers that did not come whole, those aside that the application did not want whole. */
export function brokenStreams(selection: Pick<Selection, 'by'> = {}): string {
  return share(
    rate(streamDuration, 'count', { ...selection, where: [is(streamEnd, 'failed', 'truncated', 'stalled')] }),
    rate(streamDuration, 'count', { ...selection, where: [isNot(streamEnd, 'cancelled')] }),
  );
}
