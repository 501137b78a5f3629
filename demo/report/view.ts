import { histogramDelta, histogramQuantile } from '../metrics/histogram.ts';
import { LABEL, METRIC } from '../metrics/names.ts';
import type { Snapshot } from '../metrics/snapshot.ts';
import { type Figures, figuresOf } from './figures.ts';
import { OPERATIONS } from './operations.ts';
import { count, duration, layOut, percent } from './table.ts';

/** What the live view shows of one operation: rates and latencies of the last interval, counts since the start. */
export interface Row {
  readonly operation: string;
  readonly callsPerSecond: number;
  readonly calls: number;
  readonly succeeded: number;
  readonly total: Figures;
  /** Seconds, of calls that succeeded; NaN when there was none. */
  readonly p50: number;
  readonly p95: number;
  /** `closed`, `open`, …; null when the operation has no breaker yet. */
  readonly breaker: string | null;
}

/** The rows between two readings of `/metrics` that lie `seconds` apart. */
export function rowsBetween(earlier: Snapshot, later: Snapshot, seconds: number): readonly Row[] {
  return OPERATIONS.map(({ operation }) => {
    const before = figuresOf(earlier, operation);
    const total = figuresOf(later, operation);
    const successes = { [LABEL.operation]: operation, [LABEL.outcome]: 'success' };
    const latency = histogramDelta(
      later.histogram(METRIC.callDuration, successes),
      earlier.histogram(METRIC.callDuration, successes),
    );
    const calls = total.calls - before.calls;
    return {
      operation,
      callsPerSecond: calls / seconds,
      calls,
      succeeded: total.succeeded - before.succeeded,
      total,
      p50: histogramQuantile(0.5, latency),
      p95: histogramQuantile(0.95, latency),
      breaker: later.active(METRIC.breakerState, LABEL.breakerState, { [LABEL.operation]: operation }),
    };
  });
}

/** The overall health that `/metrics` shows, or `-` before the first check. */
export function overallHealth(snapshot: Snapshot): string {
  return snapshot.active(METRIC.healthOverall, LABEL.healthStatus) ?? '-';
}

const HEADER = ['operation', 'calls/s', 'ok', 'p50', 'p95', 'breaker', 'retried', 'throttled', 'rejected'];

/** The lines of one view: the rows as a table under the health and the time. */
export function renderView(rows: readonly Row[], health: string, elapsedSeconds: number): readonly string[] {
  const cells = rows.map(({ operation, callsPerSecond, calls, succeeded, total, p50, p95, breaker }) => [
    operation,
    callsPerSecond.toFixed(1),
    percent(succeeded, calls),
    duration(p50),
    duration(p95),
    breaker ?? '-',
    count(total.retries),
    count(total.throttled),
    count(total.refusedByBreaker + total.refusedByBulkhead),
  ]);
  // Close together, so that the table fits a terminal of 80 columns.
  return [`${Math.round(elapsedSeconds)} s   health: ${health}`, ...layOut(HEADER, cells, 1)];
}
