import { describe, expect, it } from 'vitest';
import { Upstream } from '../../../packages/core/src/simulate/upstream.ts';
import type { UpstreamLoad } from '../../../packages/core/src/simulate/workload.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { simulateOne } from './simulate-one.ts';

interface Visitor {
  readonly abort: () => void;
  readonly ends: string[];
}

function upstreamOf(load: UpstreamLoad): { clock: VirtualClock; upstream: Upstream; visit: () => Visitor } {
  const clock = new VirtualClock();
  const upstream = new Upstream(load, clock, 1);
  const startedAtMs = clock.now();
  let visits = 0;
  const visit = (): Visitor => {
    const controller = new AbortController();
    const ends: string[] = [];
    const end = (how: string): void => void ends.push(`${how} at ${clock.now() - startedAtMs}`);
    visits += 1;
    upstream.answer(String(visits), { attempt: 1, signal: controller.signal }).then(
      () => end('answered'),
      (error: Error) => end(error.message),
    );
    return { abort: () => controller.abort(new Error('aborted')), ends };
  };
  return { clock, upstream, visit };
}

describe('a simulated upstream', () => {
  it('serves a few at once, the others in the order in which they came, and sheds what is beyond its queue', async () => {
    const { clock, upstream, visit } = upstreamOf({ latencyMs: 100, concurrencyLimit: 2, queueLimit: 2 });
    const visitors = Array.from({ length: 6 }, visit);
    await clock.advance(1_000);
    expect(visitors.flatMap(({ ends }) => ends)).toEqual([
      'answered at 100',
      'answered at 100',
      'answered at 200',
      'answered at 200',
      'HTTP 503 (simulated) at 0',
      'HTTP 503 (simulated) at 0',
    ]);
    expect(upstream.report).toEqual({ peakConcurrency: 2, peakQueue: 2, overQuota: 0, shed: 2, abandoned: 0 });
  });

  it('goes on with what was given up, served or waiting, unless it notices', async () => {
    const story = async (stopsOnAbort: boolean): Promise<readonly string[]> => {
      const { clock, upstream, visit } = upstreamOf({ latencyMs: 100, concurrencyLimit: 1, stopsOnAbort });
      const [served, waiting, last] = [visit(), visit(), visit()];
      await clock.advance(50);
      waiting.abort();
      served.abort();
      await clock.advance(950);
      const later = [visit(), visit()];
      await clock.advance(1_000);
      expect(upstream.report).toMatchObject({ peakConcurrency: 1, peakQueue: 2, abandoned: 2 });
      return [served, waiting, last, ...later].flatMap(({ ends }) => ends);
    };
    const aborted = ['aborted at 50', 'aborted at 50'];
    const later = ['answered at 1100', 'answered at 1200'];
    expect(await story(false)).toEqual([...aborted, 'answered at 300', ...later]);
    expect(await story(true)).toEqual([...aborted, 'answered at 150', ...later]);
  });

  it('is not given up by a caller who aborts after the answer', async () => {
    const { clock, upstream, visit } = upstreamOf({ latencyMs: 100, concurrencyLimit: 1, stopsOnAbort: true });
    const [answered, next] = [visit(), visit()];
    await clock.advance(150);
    answered.abort();
    const last = visit();
    await clock.advance(1_000);
    expect([answered, next, last].flatMap(({ ends }) => ends)).toEqual([
      'answered at 100',
      'answered at 200',
      'answered at 300',
    ]);
    expect(upstream.report.abandoned).toBe(0);
  });

  it('is held by what hangs until that is given up', async () => {
    const { clock, visit } = upstreamOf({
      latencyMs: 100,
      concurrencyLimit: 1,
      failures: [{ toSeconds: 0.01, hang: true }],
    });
    const hanging = visit();
    await clock.advance(20);
    const next = visit();
    await clock.advance(500);
    expect(next.ends).toEqual([]);
    hanging.abort();
    await clock.advance(100);
    expect(next.ends).toEqual(['answered at 620']);
  });

  it('has a quota, and says when to come back', async () => {
    const { clock, upstream, visit } = upstreamOf({ latencyMs: 0, quota: { capacity: 2, windowSeconds: 3 } });
    const visitors = [visit(), visit(), visit()];
    await clock.advance(1_500);
    visitors.push(visit());
    await clock.advance(0);
    expect(visitors.map(({ ends }) => ends[0])).toEqual([
      'answered at 0',
      'answered at 0',
      'HTTP 429 (simulated) at 0',
      'answered at 1500',
    ]);
    expect(upstream.report.overQuota).toBe(1);
  });

  it('tells callers to come back when there is a token, to the next millisecond', async () => {
    const report = await simulateOne(
      { retry: { maxAttempts: 2 }, retryBudget: false },
      {
        traffic: { shape: 'bursts', size: 2, everySeconds: 1, durationSeconds: 1 },
        upstream: { latencyMs: 0, quota: { capacity: 1, windowSeconds: 7 } },
      },
    );
    expect(report).toMatchObject({ outcomes: { success: 2 }, upstream: { overQuota: 1 } });
    expect(report.timeMs.backoff).toBeGreaterThanOrEqual(7_000);
    expect(report.timeMs.backoff).toBeLessThanOrEqual(7_001);
  });

  it('is slow for a time without failing, and fails faster than it answers', async () => {
    const { clock, visit } = upstreamOf({
      latencyMs: 100,
      failures: [
        { toSeconds: 1, latencyMs: 900 },
        { fromSeconds: 1, toSeconds: 2, status: 500, latencyMs: 1 },
        { fromSeconds: 2, code: 'ECONNRESET' },
      ],
    });
    const slow = visit();
    await clock.advance(1_000);
    const failing = visit();
    await clock.advance(1_000);
    const broken = visit();
    await clock.advance(1_000);
    expect([slow, failing, broken].flatMap(({ ends }) => ends)).toEqual([
      'answered at 900',
      'HTTP 500 (simulated) at 1001',
      'ECONNRESET (simulated) at 2100',
    ]);
  });
});
