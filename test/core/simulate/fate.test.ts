import { explainError } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { errorOf, fateOf } from '../../../packages/core/src/simulate/fate.ts';

const ids = Array.from({ length: 200 }, (_, index) => index);

describe('the fate of an attempt', () => {
  it('is that of the first window that hits it, from its start up to its end', () => {
    const load = {
      latencyMs: 5,
      failures: [
        { fromSeconds: 1, toSeconds: 2, status: 503 },
        { fromSeconds: 1, code: 'ECONNRESET' },
      ],
    };
    const failureAt = (seconds: number): unknown => fateOf(load, seconds, 'a').failure;
    expect([0.999, 1, 1.999, 2, 1e6].map(failureAt)).toEqual([
      undefined,
      load.failures[0],
      load.failures[0],
      load.failures[1],
      load.failures[1],
    ]);
  });

  it('hits the share that was asked for, always the same attempts', () => {
    const load = { latencyMs: { p50: 10, p99: 50 }, failures: [{ ratio: 0.3, status: 503 }] };
    const hit = ids.filter((id) => fateOf(load, 0, 7, id).failure !== undefined);
    // Three standard deviations of so many draws are some 20.
    expect(Math.abs(hit.length - 60)).toBeLessThan(20);
    expect(ids.filter((id) => fateOf(load, 9, 7, id).failure !== undefined)).toEqual(hit);
    expect(ids.filter((id) => fateOf(load, 0, 8, id).failure !== undefined)).not.toEqual(hit);
    expect(fateOf(load, 0, 7, 1)).toEqual(fateOf(load, 5, 7, 1));
  });

  it('has the same luck in a window whether or not an earlier one is over', () => {
    const [first, second] = [
      { toSeconds: 1, ratio: 0.5, status: 500 },
      { ratio: 0.5, status: 503 },
    ];
    const load = { latencyMs: 5, failures: [first, second] };
    for (const id of ids) {
      const early = fateOf(load, 0, id).failure;
      if (early !== first) expect(fateOf(load, 2, id).failure).toBe(early);
    }
  });

  it('is told by errors that are understood as those of HTTP and of Node are', () => {
    expect(explainError(errorOf({ status: 429, retryAfterSeconds: 1.5 }))).toMatchObject({
      type: '429',
      retryable: true,
      retryAfterMs: 1_500,
    });
    expect(explainError(errorOf({ status: 400 }))).toMatchObject({ type: '400', retryable: false });
    expect(explainError(errorOf({ code: 'ECONNREFUSED' }))).toMatchObject({ type: 'ECONNREFUSED', retryable: true });
    expect(errorOf({ latencyMs: 900 })).toBeUndefined();
  });
});
