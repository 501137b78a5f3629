import type { Snapshot } from '../metrics/snapshot.ts';
import type { UpstreamStats } from '../upstream/stats.ts';
import { type Figures, figuresOf, type Transition } from './figures.ts';
import { OPERATIONS } from './operations.ts';
import { count, layOut } from './table.ts';

/** The whole run of one operation, read back from `/metrics`, beside what the upstream counted. */
export interface OperationSummary extends Figures {
  /** Requests that reached the upstream. */
  readonly upstreamRequests: number;
}

export interface Summary {
  readonly operations: readonly OperationSummary[];
  /** Answers that the upstream broke off in their middle. */
  readonly brokenOff: number;
}

/** The figures of every operation, beside what the upstream counted itself. */
export function summarize(snapshot: Snapshot, upstream: UpstreamStats): Summary {
  return {
    operations: OPERATIONS.map(({ operation, route }) => ({
      ...figuresOf(snapshot, operation),
      upstreamRequests: upstream.requests[route] ?? 0,
    })),
    brokenOff: Object.values(upstream.faults).reduce((total, kinds) => total + (kinds.truncated ?? 0), 0),
  };
}

/** What the demo is there to show, and this run did not: empty when all was seen. */
export function missingFrom({ operations }: Summary): readonly string[] {
  const seen = {
    'no call was retried': operations.some(({ retries }) => retries > 0),
    'no call was throttled': operations.some(({ throttled }) => throttled > 0),
    'no circuit breaker changed its state': operations.some(({ transitions }) => transitions.length > 0),
  };
  return Object.entries(seen).flatMap(([what, wasSeen]) => (wasSeen ? [] : [what]));
}

const HEADER = ['operation', 'calls', 'ok', 'attempts', 'upstream', 'retries', 'saved', 'throttled', 'rejected'];

/** The lines of the summary. */
export function renderSummary({ operations, brokenOff }: Summary): readonly string[] {
  const rows = operations.map((row) => [
    row.operation,
    ...[row.calls, row.succeeded, row.attempts, row.upstreamRequests, row.retries, row.saved, row.throttled].map(count),
    count(row.refusedByBreaker + row.refusedByBulkhead),
  ]);
  return [...layOut(HEADER, rows, 1), '', ...sentences(operations, brokenOff)];
}

function sentences(operations: readonly OperationSummary[], brokenOff: number): readonly string[] {
  const sum = (of: (row: OperationSummary) => number): number => operations.reduce((total, row) => total + of(row), 0);
  const attempts = sum((row) => row.attempts);
  const upstream = sum((row) => row.upstreamRequests);
  const difference = attempts - upstream;
  return [
    `Retries saved ${count(sum((row) => row.saved))} calls that had failed at first.`,
    `Kept away from the upstream: ${count(sum((row) => row.throttled))} by rate limits, ` +
      `${count(sum((row) => row.refusedByBreaker))} by circuit breakers, ${count(sum((row) => row.refusedByBulkhead))} by bulkheads.`,
    ...operations.flatMap(({ operation, transitions }) =>
      transitions.length === 0 ? [] : [`Circuit breaker of ${operation}: ${transitions.map(wording).join(', ')}.`],
    ),
    `The service made ${count(attempts)} attempts and the upstream counted ${count(upstream)} requests` +
      (difference === 0 ? ': the same.' : `: ${count(Math.abs(difference))} ${difference > 0 ? 'fewer' : 'more'}.`),
    ...(brokenOff === 0
      ? []
      : [`The upstream broke ${count(brokenOff)} answers off after their headers, when a call counts as answered.`]),
  ];
}

function wording({ from, to, count: times }: Transition): string {
  return `${from} → ${to} ${times === 1 ? 'once' : `${times} times`}`;
}
