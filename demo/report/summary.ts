import type { Snapshot } from '../metrics/snapshot.ts';
import type { UpstreamStats } from '../upstream/stats.ts';
import { type Figures, figuresOf } from './figures.ts';
import { OPERATIONS } from './operations.ts';
import { count, layOut, percent } from './table.ts';

/** The whole run of one operation, read back from `/metrics`, beside what the upstream counted. */
export interface OperationSummary extends Figures {
  /** Requests that reached the upstream. */
  readonly upstreamRequests: number;
}

/** The figures of every operation, beside what the upstream counted itself. */
export function summarize(snapshot: Snapshot, upstream: UpstreamStats): readonly OperationSummary[] {
  return OPERATIONS.map(({ operation, route }) => ({
    ...figuresOf(snapshot, operation),
    upstreamRequests: upstream.requests[route] ?? 0,
  }));
}

/** What the demo is there to show, and this run did not: empty when all was seen. */
export function missingFrom(summary: readonly OperationSummary[]): readonly string[] {
  const seen = {
    'no call was retried': summary.some(({ retries }) => retries > 0),
    'no call was throttled': summary.some(({ throttled }) => throttled > 0),
    'no circuit breaker changed its state': summary.some(({ transitions }) => transitions.length > 0),
  };
  return Object.entries(seen).flatMap(([what, wasSeen]) => (wasSeen ? [] : [what]));
}

const HEADER = [
  'operation',
  'calls',
  'ok',
  'ok share',
  'attempts',
  'upstream saw',
  'retries',
  'saved',
  'throttled',
  'breaker',
  'bulkhead',
];

/** The lines of the summary. */
export function renderSummary(summary: readonly OperationSummary[]): readonly string[] {
  const rows = summary.map((row) => [
    row.operation,
    count(row.calls),
    count(row.succeeded),
    percent(row.succeeded, row.calls),
    ...[row.attempts, row.upstreamRequests, row.retries, row.saved].map(count),
    ...[row.throttled, row.refusedByBreaker, row.refusedByBulkhead].map(count),
  ]);
  return [...layOut(HEADER, rows), '', ...sentences(summary)];
}

function sentences(summary: readonly OperationSummary[]): readonly string[] {
  const sum = (of: (row: OperationSummary) => number): number => summary.reduce((total, row) => total + of(row), 0);
  const attempts = sum((row) => row.attempts);
  const upstream = sum((row) => row.upstreamRequests);
  const difference = attempts - upstream;
  return [
    `Retries saved ${count(sum((row) => row.saved))} calls that had failed at first.`,
    `The service made ${count(attempts)} attempts and the upstream counted ${count(upstream)} requests` +
      (difference === 0 ? ': the same.' : `: ${count(Math.abs(difference))} ${difference > 0 ? 'fewer' : 'more'}.`),
    ...summary.flatMap(({ operation, transitions }) =>
      transitions.length === 0 ? [] : [`Circuit breaker of ${operation}: ${transitions.map(wording).join(', ')}.`],
    ),
  ];
}

function wording({ from, to, count: times }: Figures['transitions'][number]): string {
  return `${from} → ${to} ${times === 1 ? 'once' : `${times} times`}`;
}
