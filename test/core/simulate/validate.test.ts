import { describe, expect, it } from 'vitest';
import { simulate } from '../../../packages/core/src/simulate/simulate.ts';
import type { OperationLoad } from '../../../packages/core/src/simulate/workload.ts';
import { rejection } from '../../support/bridges.ts';

const config = { operations: { op: {} } };
const traffic = { shape: 'poisson', ratePerSecond: 1, durationSeconds: 10 } as const;
const upstream = { latencyMs: 10 };
const load: OperationLoad = { operation: 'op', traffic, upstream };

async function messageOf(workload: unknown, options?: object): Promise<string> {
  const error = await rejection(simulate(config, workload as readonly OperationLoad[], options));
  expect(error).toMatchObject({ code: 'invalid_argument' });
  return (error as Error).message;
}

const bursts = { shape: 'bursts', size: 1, everySeconds: 1, durationSeconds: 1 };

describe('a workload that cannot be simulated', () => {
  it.each<[string, object]>([
    ['operation must be an operation of the config, perhaps "op", got "opp"', { operation: 'opp' }],
    ['operation must be an operation of the config, one of: ', { operation: 7 }],
    ['speed is not known; known here: operation, traffic, upstream, targets, keys, cost, ', { speed: 7 }],
    ['traffics is not known; did you mean traffic?', { traffics: [] }],
    ['deadlineMs must be a number of at least 0, got -5', { deadlineMs: -5 }],
    ['idempotent must be a boolean, got "no"', { idempotent: 'no' }],
    ['patienceMs.max must be a number of at least 5, got 1', { patienceMs: { min: 5, max: 1 } }],
    ['cost must be a number of at least 0, got NaN', { cost: Number.NaN }],
    ['cost.min must be a number of at least 0, got -1', { cost: { min: -1, max: 1 } }],
    ['upstream must be given (what answers the calls), or targets', { upstream: undefined }],
    ['targets must be left out where there is an upstream, got an object', { targets: {} }],
  ])('is refused: %s', async (message, change) => {
    expect(await messageOf([{ ...load, ...change }])).toContain(`workload[0].${message}`);
  });

  it.each<[string, unknown]>([
    [' must be an object whose shape is one of: constant, poisson, ramp, bursts, replay, got undefined', undefined],
    ['.shape must be one of: constant, poisson, ramp, bursts, replay, got "sine"', { shape: 'sine' }],
    ['.shape must be one of: constant, poisson, ramp, bursts, replay, got undefined', {}],
    [' must be a list with at least one stream of calls, got an empty list', []],
    ['[1].ratePerSecond must be a number above 0, got 0', [traffic, { ...traffic, ratePerSecond: 0 }]],
    ['.durationSeconds must be a number above 0, got undefined', { ...traffic, durationSeconds: undefined }],
    ['.startSeconds must be a number of at least 0, got -1', { ...traffic, startSeconds: -1 }],
    ['.perSecond is not known; did you mean toPerSecond?', { shape: 'ramp', perSecond: 1 }],
    ['.toPerSecond must be a number of at least 0, got undefined', { shape: 'ramp', fromPerSecond: 1 }],
    ['.size must be a whole number of at least 1, got 0.5', { ...bursts, size: 0.5 }],
    ['.everySeconds must be a number above 0, got 0', { ...bursts, everySeconds: 0 }],
    ['.overSeconds must be a number of at least 0, got -1', { ...bursts, overSeconds: -1 }],
    ['.atSeconds[1] must be a number of at least 0, got -1', { shape: 'replay', atSeconds: [1, -1, -2] }],
    ['.atSeconds must be a list of times in seconds, got 5', { shape: 'replay', atSeconds: 5 }],
    ['.cost must be a number of at least 0, got -1', { ...traffic, cost: -1 }],
  ])('is refused: traffic%s', async (message, traffic) => {
    expect(await messageOf([{ ...load, traffic }])).toContain(`workload[0].traffic${message}`);
  });

  it.each<[string, unknown]>([
    [' must be a whole number of at least 1 and at most 1000000, got 0.5', 0.5],
    [' must be a list with at least one key, got an empty list', []],
    [' must be an object, got "a"', 'a'],
    ['[0] must be a key (a string, or an object of strings), or { key, weight }, got 7', [7]],
    ['[1] must be a key (a string, or an object of strings), or { key, weight }, got an object', ['a', { user: 7 }]],
    ['[0].weight must be a number of at least 0, got -1', [{ key: 'a', weight: -1 }]],
    [' must be a list in which not every weight is 0, got a list', [{ key: 'a', weight: 0 }]],
    ['.count must be a whole number of at least 1 and at most 1000000, got undefined', { zipf: 1 }],
    ['.zipf must be a number of at least 0 and at most 10, got -1', { count: 2, zipf: -1 }],
    ['.prefix must be a string, got 5', { count: 2, prefix: 5 }],
    ['.of is not known; known here: count, zipf, prefix', { count: 2, of: 'user' }],
    ['.parts must be an object with at least one part, got an object', { parts: {} }],
    ['.parts.user[0] must be a string, or { key, weight }, got an object', { parts: { user: [{ user: 'a' }] } }],
    ['.parts.org.of must be left out in the first part, got "user"', { parts: { org: { count: 1, of: 'user' } } }],
    [
      '.parts.org.of must be a part listed before: user, got "team"',
      { parts: { user: 5, org: { count: 1, of: 'team' }, team: 2 } },
    ],
  ])('is refused: keys%s', async (message, keys) => {
    expect(await messageOf([{ ...load, keys }])).toContain(`workload[0].keys${message}`);
  });

  it.each<[string, object]>([
    ['.latencyMs must be a number of at least 0, got undefined', { latencyMs: undefined }],
    ['.latencyMs.p99 must be a number of at least 10, got 5', { latencyMs: { p50: 10, p99: 5 } }],
    ['.latencyMs.p50 must be a number above 0, got 0', { latencyMs: { p50: 0, p99: 5 } }],
    ['.latencyMs.p95 is not known; did you mean p99?', { latencyMs: { p50: 10, p95: 20 } }],
    ['.concurrencyLimit must be a whole number of at least 1, got 0', { concurrencyLimit: 0 }],
    ['.queueLimit must be left out where there is no concurrencyLimit, got 5', { queueLimit: 5 }],
    ['.quota.capacity must be a number of at least 1, got 0', { quota: { capacity: 0, windowSeconds: 1 } }],
    ['.quota.windowSeconds must be a number above 0, got undefined', { quota: { capacity: 1 } }],
    ['.stopsOnAbort must be a boolean, got 1', { stopsOnAbort: 1 }],
    ['.weight is not known', { weight: 1 }],
    ['.failures must be a list, got an object', { failures: {} }],
    ['.failures[0] must be an object with exactly one of status, code and hang, or', { failures: [{}] }],
    [
      '.failures[0] must be an object with exactly one of status, code and hang, or',
      { failures: [{ hang: true, status: 500 }] },
    ],
    ['.failures[0].ratio must be a number above 0 and at most 1, got 2', { failures: [{ status: 500, ratio: 2 }] }],
    [
      '.failures[1].toSeconds must be a number above 5, got 3',
      { failures: [{ status: 500 }, { status: 500, fromSeconds: 5, toSeconds: 3 }] },
    ],
    [
      '.failures[0].retryAfterSeconds must be left out where there is no status, got 1',
      { failures: [{ code: 'ECONNRESET', retryAfterSeconds: 1 }] },
    ],
    [
      '.failures[0].status must be a whole number of at least 400 and at most 599, got 200',
      { failures: [{ status: 200 }] },
    ],
  ])('is refused: upstream%s', async (message, change) => {
    expect(await messageOf([{ ...load, upstream: { ...upstream, ...change } }])).toContain(
      `workload[0].upstream${message}`,
    );
  });

  it.each<[string, unknown]>([
    [' must be an object with at least one target, got an object', {}],
    [' must be an object with at least one target, got "a"', 'a'],
    ['["a.example.com"] must be an object, got null', { 'a.example.com': null }],
    ['.a.weight must be a number of at least 0, got -1', { a: { latencyMs: 1, weight: -1 } }],
    [' must be targets of which not every weight is 0, got an object', { a: { latencyMs: 1, weight: 0 } }],
  ])('is refused: targets%s', async (message, targets) => {
    expect(await messageOf([{ operation: 'op', traffic, targets }])).toContain(`workload[0].targets${message}`);
  });

  it('is refused with all of its problems', async () => {
    const message = await messageOf([
      { ...load, cost: -1, traffic: { ...traffic, ratePerSecond: 0 } },
      { ...load, operation: 'pay' },
    ]);
    expect(message.split('\n')).toEqual([
      'workload[0].cost must be a number of at least 0, got -1',
      'workload[0].traffic.ratePerSecond must be a number above 0, got 0',
      expect.stringContaining('workload[1].operation must be an operation of the config'),
    ]);
  });

  it('is refused when it is empty, not a list, or names an operation twice', async () => {
    expect(await messageOf([])).toBe('workload must be a list with at least one entry, got an empty list');
    expect(await messageOf({ operation: 'op' })).toBe('workload must be a list with at least one entry, got an object');
    expect(await messageOf([null])).toBe('workload[0] must be an object, got null');
    expect(await messageOf([load, load])).toBe(
      'workload[1].operation must be in one entry only (traffic may be a list), got "op"',
    );
  });

  it('is refused when it has too many calls, and says what to do', async () => {
    const message = await messageOf([{ ...load, traffic: { ...traffic, ratePerSecond: 1e9, durationSeconds: 1e9 } }]);
    expect(message).toContain('at most 100000 are simulated: shorten it, lower its rates, or raise maxCalls');
    expect(await messageOf([load], { maxCalls: 5 })).toContain('at most 5 are simulated');
    expect(await messageOf([{ ...load, traffic: [traffic, traffic] }], { maxCalls: 15 })).toContain('about 20 calls');
    expect(await messageOf([load], { maxCalls: 0 })).toBe('maxCalls must be a whole number of at least 1, got 0');
    expect(await messageOf([load], { points: 1e6 })).toBe(
      'points must be a whole number of at least 1 and at most 10000, got 1000000',
    );
    expect(await messageOf([load], { seed: 0.5 })).toBe('seed must be a whole number, got 0.5');
  });

  it('is refused when chance makes more calls of it than allowed', async () => {
    // On average ten: of some seeds more.
    const all = async (each: OperationLoad): Promise<readonly string[]> => {
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, seed) => simulate(config, [each], { seed, maxCalls: 10 })),
      );
      return results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
    };
    const half = { ...traffic, ratePerSecond: 0.5 };
    for (const refused of [await all(load), await all({ ...load, traffic: [half, half] })]) {
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.length).toBeLessThan(20);
      for (const message of refused) {
        expect(message).toContain("The traffic of 'op' happens to make more than maxCalls (10) calls");
      }
    }
  });
});
