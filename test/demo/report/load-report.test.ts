import { describe, expect, it } from 'vitest';
import { Tally } from '../../../demo/load/tally.ts';
import { renderLoad } from '../../../demo/report/load-report.ts';

function resultOf(endings: readonly number[]): ReturnType<Tally['read']> {
  const tally = new Tally();
  for (const ending of endings) tally.record(ending, 1);
  return tally.read();
}

describe('renderLoad', () => {
  const endpoints = new Map([
    ['ask', resultOf([200, 200, 200, 502])],
    ['search', resultOf([429, 503])],
  ] as const);

  it('shows every endpoint and the total', () => {
    expect(renderLoad({ endpoints, skipped: 0 })).toEqual([
      'endpoint  requests  ok  429  503  failed  share     p50     p95',
      '/ask             4   3    0    0       1  75.0%  996 ms  1.02 s',
      '/search          2   0    1    1       0   0.0%       -       -',
      'all              6   3    1    1       1  50.0%',
    ]);
  });

  it('says how many requests could not be sent', () => {
    expect(renderLoad({ endpoints, skipped: 3 }).at(-1)).toBe('3 requests were not sent: too many were unanswered');
  });
});
