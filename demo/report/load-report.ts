import type { LoadResult } from '../load/load.ts';
import { histogramQuantile } from '../metrics/histogram.ts';
import { count, duration, layOut, percent } from './table.ts';

const HEADER = ['endpoint', 'requests', 'ok', '429', '503', 'failed', 'share', 'p50', 'p95'];

/** What the load saw from outside: the service's answers by endpoint and in total. */
export function renderLoad({ endpoints, skipped }: LoadResult): readonly string[] {
  const rows = [...endpoints].map(([endpoint, { requests, ok, tooMany, unavailable, failed, latency }]) => [
    `/${endpoint}`,
    ...[requests, ok, tooMany, unavailable, failed].map(count),
    percent(ok, requests),
    duration(histogramQuantile(0.5, latency)),
    duration(histogramQuantile(0.95, latency)),
  ]);
  const results = [...endpoints.values()];
  const sum = (of: 'requests' | 'ok' | 'tooMany' | 'unavailable' | 'failed'): number =>
    results.reduce((total, result) => total + result[of], 0);
  const total = [
    'all',
    ...(['requests', 'ok', 'tooMany', 'unavailable', 'failed'] as const).map((of) => count(sum(of))),
    percent(sum('ok'), sum('requests')),
  ];
  const lines = layOut(HEADER, [...rows, total]);
  return skipped === 0 ? lines : [...lines, `${count(skipped)} requests were not sent: too many were unanswered`];
}
