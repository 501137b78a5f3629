import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSchedule, FAULT_KINDS, type FaultKind, ROUTES, type Schedule } from '../../../demo/upstream/schedule.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const requests = fc.record({
  route: fc.constantFrom(...ROUTES),
  nth: fc.nat(100_000),
  at: fc.double({ min: 0, max: 3, noNaN: true }),
});

/** Every fault that 200 requests of each route meet in each hundredth of the run. */
function faultsOf(schedule: Schedule, runMs: number): ReadonlySet<FaultKind> {
  const met = new Set<FaultKind>();
  for (const route of ROUTES) {
    for (let step = 0; step < 100; step += 1) {
      for (let nth = 0; nth < 200; nth += 1) {
        const { fault } = schedule.treat(route, nth, (step / 100) * runMs);
        if (fault !== null) met.add(fault);
      }
    }
  }
  return met;
}

describe('createSchedule', () => {
  it('treats the same request of the same seed in the same way', () => {
    fc.assert(
      fc.property(seeds, requests, (seed, { route, nth, at }) => {
        const once = createSchedule(seed, 8_000).treat(route, nth, at * 8_000);
        expect(createSchedule(seed, 8_000).treat(route, nth, at * 8_000)).toEqual(once);
      }),
    );
  });

  it('treats requests of different seeds differently', () => {
    const treatments = (seed: number): readonly unknown[] =>
      Array.from({ length: 50 }, (_, nth) => createSchedule(seed, 8_000).treat('chat', nth, 1_500));
    expect(treatments(1)).not.toEqual(treatments(2));
  });

  it('stretches the same run over any length', () => {
    fc.assert(
      fc.property(seeds, requests, fc.integer({ min: 5, max: 3_600 }), (seed, { route, nth, at }, seconds) => {
        // Powers of two scale without rounding, so that a request cannot fall on the other side of a bound.
        const short = createSchedule(seed, 1_024).treat(route, nth, at * 1_024);
        const long = createSchedule(seed, 1_024 * 2 ** (seconds % 10)).treat(
          route,
          nth,
          at * 1_024 * 2 ** (seconds % 10),
        );
        expect(long).toEqual(short);
      }),
    );
  });

  it('starts over after the run', () => {
    const schedule = createSchedule(7, 8_000);
    for (let nth = 0; nth < 100; nth += 1) {
      expect(schedule.treat('chat', nth, 9_600)).toEqual(schedule.treat('chat', nth, 1_600));
    }
  });

  it('has every kind of fault in every run, whatever its length', () => {
    for (const runMs of [5_000, 30_000]) {
      expect([...faultsOf(createSchedule(3, runMs), runMs)].sort()).toEqual([...FAULT_KINDS].sort());
    }
  });

  it('spares no request of the inventory in its dead phase, and nearly all after it', () => {
    fc.assert(
      fc.property(seeds, fc.nat(10_000), (seed, nth) => {
        const schedule = createSchedule(seed, 10_000);
        const dead = schedule.phases.find(({ route, share }) => route === 'inventory' && share === 1);
        const middle = dead === undefined ? Number.NaN : ((dead.from + dead.to) / 2) * 10_000;
        expect(schedule.treat('inventory', nth, middle).fault).toBe('unavailable');
      }),
    );
    const late = Array.from({ length: 1_000 }, (_, nth) => createSchedule(1, 10_000).treat('inventory', nth, 9_000));
    expect(late.filter(({ fault }) => fault !== null).length).toBeLessThan(50);
  });

  it('hits about the share of requests that a phase names', () => {
    const schedule = createSchedule(5, 10_000);
    const phase = schedule.phases.find(({ kind }) => kind === 'throttled');
    if (phase === undefined) throw new Error('no throttled phase');
    const middle = ((phase.from + phase.to) / 2) * 10_000;
    const treated = Array.from({ length: 5_000 }, (_, nth) => schedule.treat('chat', nth, middle));
    const hit = treated.filter(({ fault }) => fault === 'throttled');
    expect(Math.abs(hit.length / treated.length - phase.share)).toBeLessThan(0.03);
    for (const { retryAfterMs } of hit) expect(retryAfterMs).toBeGreaterThan(0);
  });

  it('tells only throttled clients to wait, and makes only slow answers late', () => {
    fc.assert(
      fc.property(seeds, requests, (seed, { route, nth, at }) => {
        const { fault, latencyMs, retryAfterMs } = createSchedule(seed, 8_000).treat(route, nth, at * 8_000);
        expect(retryAfterMs > 0).toBe(fault === 'throttled');
        expect(latencyMs >= 1_500).toBe(fault === 'slow');
      }),
    );
  });
});
