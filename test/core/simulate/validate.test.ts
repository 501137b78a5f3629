import { describe, expect, it } from 'vitest';
import { simulate } from '../../../packages/core/src/simulate/simulate.ts';
import type { OperationLoad } from '../../../packages/core/src/simulate/workload.ts';
import { rejection } from '../../support/bridges.ts';

const config = { operations: { op: {} } };
const load: OperationLoad = { operation: 'op', ratePerSecond: 1, durationSeconds: 10, latencyMs: 10 };

async function messageOf(workload: unknown, options?: object): Promise<string> {
  const error = await rejection(simulate(config, workload as readonly OperationLoad[], options));
  expect(error).toMatchObject({ code: 'invalid_argument' });
  return (error as Error).message;
}

describe('a workload that cannot be simulated', () => {
  it.each<[string, object]>([
    ['workload[0].operation must be an operation of the config, one of: ', { operation: 'opp' }],
    ['workload[0].ratePerSecond must be a number above 0, got 0', { ratePerSecond: 0 }],
    [
      'workload[0].ratePerSecond must be given if, and only if, arrivals is not, got undefined',
      { ratePerSecond: undefined },
    ],
    ['workload[0].ratePerSecond must be given if, and only if, arrivals is not, got 1', { arrivals: [1] }],
    ['workload[0].durationSeconds must be a number above 0, got undefined', { durationSeconds: undefined }],
    ['workload[0].arrivals[1] must be a number of at least 0, got -1', { ratePerSecond: undefined, arrivals: [1, -1] }],
    ['workload[0].keys must be a whole number of at least 1, got 0.5', { keys: 0.5 }],
    ['workload[0].keys must be a list with at least one key, got []', { keys: [] }],
    ['workload[0].cost must be a number of at least 0, got NaN', { cost: Number.NaN }],
    ['workload[0].deadlineMs must be a number of at least 0, got -5', { deadlineMs: -5 }],
    ['workload[0].latencyMs must be a number of at least 0, got undefined', { latencyMs: undefined }],
    ['workload[0].latencyMs.p95 must be a number of at least 10, got 5', { latencyMs: { p50: 10, p95: 5 } }],
    ['workload[0].concurrencyLimit must be a whole number of at least 1, got 0', { concurrencyLimit: 0 }],
    [
      'workload[0].failures[0].status must be given, or code, or hang: exactly one of the three, got undefined',
      { failures: [{}] },
    ],
    [
      'workload[0].failures[0].ratio must be a number above 0 and at most 1, got 2',
      { failures: [{ status: 500, ratio: 2 }] },
    ],
    [
      'workload[0].failures[1].toSeconds must be a number above 5, got 3',
      { failures: [{ status: 500 }, { status: 500, fromSeconds: 5, toSeconds: 3 }] },
    ],
    [
      'workload[0].failures[0].retryAfterSeconds must be left out where there is no status, got 1',
      { failures: [{ code: 'ECONNRESET', retryAfterSeconds: 1 }] },
    ],
    [
      'workload[0].failures[0].status must be a whole number of at least 400 and at most 599, got 200',
      { failures: [{ status: 200 }] },
    ],
  ])('is refused: %s', async (message, change) => {
    expect(await messageOf([{ ...load, ...change }])).toContain(message);
  });

  it('is refused when it is empty, not a list, or names an operation twice', async () => {
    expect(await messageOf([])).toContain('at least one entry');
    expect(await messageOf({ operation: 'op' })).toContain('must be a list');
    expect(await messageOf([null])).toBe('workload[0] must be an object');
    expect(await messageOf([load, load])).toBe('workload[1].operation must be in one entry only, got op');
  });

  it('is refused when it has too many calls, and says what to do', async () => {
    const message = await messageOf([{ ...load, ratePerSecond: 1e9, durationSeconds: 1e9 }]);
    expect(message).toContain('at most 100000 are simulated: shorten it, lower its rates, or raise maxCalls');
    expect(await messageOf([load], { maxCalls: 5 })).toContain('at most 5 are simulated');
    expect(await messageOf([load], { maxCalls: 0 })).toBe('maxCalls must be a whole number of at least 1, got 0');
    expect(await messageOf([load], { seed: 0.5 })).toBe('seed must be a whole number, got 0.5');
  });

  it('is refused when chance makes more calls of it than allowed', async () => {
    // On average ten: of some seeds more.
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, seed) => simulate(config, [load], { seed, maxCalls: 10 })),
    );
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(20);
    for (const message of refused) expect(message).toContain("'op' makes more than maxCalls (10) calls");
  });
});
