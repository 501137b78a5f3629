import { operation } from '../../../packages/otel/src/signals/attributes.ts';
import { bulkheadActive, bulkheadLimit } from '../../../packages/otel/src/signals/metrics.ts';
import type { Threshold } from '../model.ts';
import { gauge, ratio } from '../promql.ts';

/** Share of each operation's slots that are taken. */
export function bulkheadUse(): string {
  return ratio(gauge(bulkheadActive, { by: [operation] }), gauge(bulkheadLimit, { by: [operation] }));
}

export const BULKHEAD_THRESHOLDS: readonly Threshold[] = [
  { color: 'green' },
  { color: 'orange', from: 0.8 },
  { color: 'red', from: 1 },
];
