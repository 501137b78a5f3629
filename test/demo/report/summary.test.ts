import { describe, expect, it } from 'vitest';
import { parsePrometheusText } from '../../../demo/metrics/parse.ts';
import { Snapshot } from '../../../demo/metrics/snapshot.ts';
import { missingFrom, renderSummary, summarize } from '../../../demo/report/summary.ts';
import type { UpstreamStats } from '../../../demo/upstream/stats.ts';
import { RUN_METRICS } from '../support/run-metrics.ts';

const UPSTREAM: UpstreamStats = {
  requests: { chat: 116, search: 50, inventory: 34 },
  faults: { chat: { truncated: 2, slow: 1 }, search: { over_quota: 1 } },
  refused: 0,
};

function summaryOf(text: string): ReturnType<typeof summarize> {
  return summarize(new Snapshot(parsePrometheusText(text).samples), UPSTREAM);
}

describe('summarize', () => {
  it('reads calls, attempts, retries and saved calls back from the metrics', () => {
    expect(summaryOf(RUN_METRICS).operations.find(({ operation }) => operation === 'ai_generate')).toEqual({
      operation: 'ai_generate',
      calls: 100,
      succeeded: 96,
      attempts: 116,
      retries: 16,
      saved: 9,
      throttled: 0,
      refusedByBreaker: 0,
      refusedByBulkhead: 0,
      transitions: [],
      upstreamRequests: 116,
    });
  });

  it('reads throttles, refusals and the moves of a breaker that happened', () => {
    const [, , search, inventory] = summaryOf(RUN_METRICS).operations;
    expect(search).toMatchObject({ operation: 'search', calls: 70, succeeded: 50, attempts: 50, throttled: 20 });
    expect(inventory).toMatchObject({
      operation: 'inventory',
      calls: 50,
      refusedByBreaker: 12,
      refusedByBulkhead: 3,
      transitions: [
        { from: 'closed', to: 'open', count: 1 },
        { from: 'open', to: 'half_open', count: 2 },
      ],
    });
  });

  it('counts an operation as zero that was never called', () => {
    expect(summaryOf(RUN_METRICS).operations[1]).toMatchObject({
      operation: 'embed',
      calls: 0,
      attempts: 0,
      upstreamRequests: 0,
    });
  });
});

describe('missingFrom', () => {
  it('misses nothing when there was a retry, a throttle and a move of a breaker', () => {
    expect(missingFrom(summaryOf(RUN_METRICS))).toEqual([]);
  });

  it.each([
    ['crossbridge_retry_decisions_total', 'no call was retried'],
    ['crossbridge_rate_limit_requests_total', 'no call was throttled'],
    ['crossbridge_circuit_breaker_transitions_total', 'no circuit breaker changed its state'],
  ])('says what is missing without %s', (metric, missing) => {
    const without = RUN_METRICS.split('\n').filter((line) => !line.startsWith(metric));
    expect(missingFrom(summaryOf(without.join('\n')))).toEqual([missing]);
  });

  it('does not take series that stayed at zero for something seen', () => {
    expect(missingFrom(summaryOf(RUN_METRICS.replaceAll(/ \d+$/gm, ' 0')))).toHaveLength(3);
  });
});

describe('renderSummary', () => {
  it('shows every operation, and says what the retries saved and whether the upstream agrees', () => {
    const lines = renderSummary(summaryOf(RUN_METRICS));
    expect(lines.slice(0, 5)).toEqual([
      'operation   calls ok attempts upstream retries saved throttled rejected',
      'ai_generate   100 96      116      116      16     9         0        0',
      'embed           0  0        0        0       0     0         0        0',
      'search         70 50       50       50       0     0        20        0',
      'inventory      50 30       35       34       0     0         0       15',
    ]);
    expect(lines.slice(6)).toEqual([
      'Retries saved 9 calls that had failed at first.',
      'Kept away from the upstream: 20 by rate limits, 12 by circuit breakers, 3 by bulkheads.',
      'Circuit breaker of inventory: closed → open once, open → half_open 2 times.',
      'The service made 201 attempts and the upstream counted 200 requests: 1 fewer.',
      'The upstream broke 2 answers off after their headers, when a call counts as answered.',
    ]);
  });

  it('says so when the upstream counted the same, and nothing of broken answers when there were none', () => {
    const { operations } = summaryOf(RUN_METRICS);
    const same = operations.map((row) => ({ ...row, upstreamRequests: row.attempts }));
    const text = renderSummary({ operations: same, brokenOff: 0 }).join('\n');
    expect(text).toContain('201 attempts and the upstream counted 201 requests: the same.');
    expect(text).not.toContain('broke');
  });
});
