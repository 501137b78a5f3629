import { describe, expect, it } from 'vitest';
import { callsOf, type PlannedCall } from '../../../packages/core/src/simulate/calls.ts';
import type { OperationLoad } from '../../../packages/core/src/simulate/workload.ts';
import { at, poisson } from './simulate-one.ts';

function calls(load: Omit<OperationLoad, 'operation'>, seed = 1, maxCalls = 1_000): readonly PlannedCall[] {
  return callsOf({ operation: 'op', ...load }, seed, maxCalls);
}

const upstream = { latencyMs: 1 };

describe('the calls of a load', () => {
  it('are made as its callers make them, or those of their stream of traffic', () => {
    const common = { keys: ['a'], cost: 2, deadlineMs: 100, patienceMs: 50, idempotent: false };
    const own = { keys: ['b'], cost: 3, deadlineMs: 200, patienceMs: 60, idempotent: true };
    expect(calls({ ...common, upstream, traffic: [at(0), { ...at(1), ...own }, { ...at(2), cost: 4 }] })).toEqual([
      { id: '0.0', atMs: 0, options: { key: 'a', cost: 2, deadlineMs: 100, idempotent: false }, patienceMs: 50 },
      { id: '1.0', atMs: 1_000, options: { key: 'b', cost: 3, deadlineMs: 200, idempotent: true }, patienceMs: 60 },
      { id: '2.0', atMs: 2_000, options: { key: 'a', cost: 4, deadlineMs: 100, idempotent: false }, patienceMs: 50 },
    ]);
    expect(calls({ upstream, traffic: at(0) })).toEqual([{ id: '0.0', atMs: 0, options: {}, patienceMs: undefined }]);
  });

  it('are in order over all streams, and keep their names and luck when another stream comes', () => {
    const load = { keys: 50, cost: { min: 0, max: 9 }, upstream };
    const alone = calls({ ...load, traffic: poisson(10, 10) });
    const both = calls({ ...load, traffic: [poisson(10, 10), poisson(10, 10)] });
    expect(both.map(({ atMs }) => atMs)).toEqual(both.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
    expect(both.filter(({ id }) => id.startsWith('0.'))).toEqual(alone);
    expect(both.filter(({ id }) => id.startsWith('1.'))).not.toHaveLength(alone.length);
    expect(new Set(both.map(({ id }) => id)).size).toBe(both.length);
  });

  it('differ in cost and patience as asked for, each by itself', () => {
    const drawn = calls({
      cost: { min: 1, max: 9 },
      patienceMs: { p50: 100, p99: 500 },
      upstream,
      traffic: poisson(50, 10),
    });
    expect(new Set(drawn.map(({ options }) => options.cost)).size).toBe(drawn.length);
    expect(new Set(drawn.map(({ patienceMs }) => patienceMs)).size).toBe(drawn.length);
    const fixed = calls({ patienceMs: { p50: 100, p99: 500 }, upstream, traffic: poisson(50, 10) });
    expect(fixed.map(({ patienceMs }) => patienceMs)).toEqual(drawn.map(({ patienceMs }) => patienceMs));
  });

  it('are refused when all streams together make more of them than allowed', () => {
    const traffic = [at(0, 1, 2), at(0, 1, 2)];
    expect(calls({ upstream, traffic }, 1, 6)).toHaveLength(6);
    expect(() => calls({ upstream, traffic }, 1, 5)).toThrow(
      "The traffic of 'op' happens to make more than maxCalls (5)",
    );
  });
});
