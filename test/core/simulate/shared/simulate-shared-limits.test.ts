import { describe, expect, it } from 'vitest';
import { sharedLimitsText } from '../../../../packages/core/src/simulate/shared/shared-limits-report.ts';
import {
  type SharedLimitsLoad,
  simulateSharedLimits,
} from '../../../../packages/core/src/simulate/shared/simulate-shared-limits.ts';

const BUSY: SharedLimitsLoad = {
  rate: { capacity: 1_000, windowSeconds: 1 },
  processes: 4,
  keys: 1,
  requestsPerSecond: 2_000,
  durationSeconds: 3,
};

describe('a simulation of shared limits', () => {
  it('admits what there is, evenly, and no window more', async () => {
    const report = await simulateSharedLimits(BUSY);
    expect(report.over).toBeLessThanOrEqual(1e-6);
    expect(report.admitted / report.allowed).toBeGreaterThan(0.99);
    expect(report.callsPerAdmission).toBeLessThan(0.2);
    expect(report.fairness).toMatchObject({ processes: 4, asked: report.asked, admitted: report.admitted });
    expect(report.fairness.jain).toBeGreaterThan(0.99);
    expect(report.fairness.leastOfMean).toBeGreaterThan(0.9);
  });

  it('asks for every few dozen requests where tokens are plenty, and for each one without leases', async () => {
    const plenty = { ...BUSY, requestsPerSecond: 800 };
    const leased = await simulateSharedLimits(plenty);
    const single = await simulateSharedLimits({ ...plenty, leases: false });
    expect(leased.callsPerDecision).toBeLessThan(0.06);
    expect(single.callsPerDecision).toBeGreaterThan(0.5);
    for (const { admitted, allowed } of [leased, single]) expect(admitted / allowed).toBeGreaterThan(0.99);
  });

  it('is decided by its seed', async () => {
    const [one, same, other] = [{}, {}, { seed: 2 }].map((seed) =>
      simulateSharedLimits({ ...BUSY, durationSeconds: 0.5, ...seed }),
    );
    expect(await one).toEqual(await same);
    expect(await one).not.toEqual(await other);
  });

  it('takes 1,000 processes and 1,000,000 keys', async () => {
    const report = await simulateSharedLimits({
      rate: { capacity: 2_000, windowSeconds: 1 },
      processes: 1_000,
      keys: { count: 1_000_000, zipf: 1.2 },
      requestsPerSecond: 40_000,
      durationSeconds: 3,
    });
    expect(report).toMatchObject({ processes: 1_000, fairness: { processes: 1_000 } });
    expect(report.keys).toBeGreaterThan(10_000);
    expect(report.over).toBeLessThanOrEqual(1e-6);
    expect(report.admitted / report.allowed).toBeGreaterThan(0.98);
    // A thousand processes for the 6,000 tokens and more of one key: to whom each goes is chance as well.
    expect(report.fairness.jain).toBeGreaterThan(0.7);
  });

  it('tells what it has found', async () => {
    const text = sharedLimitsText(await simulateSharedLimits({ ...BUSY, durationSeconds: 0.2 }));
    expect(text).toMatch(/^4 processes, 1 keys, \d+ requests\n {2}admitted/);
    expect(text).toMatch(/fairness +[01]\.\d+ \(Jain\)/);
  });

  it.each([
    [{ processes: 0 }, /load.processes must be a whole number of at least 1/],
    [{ keys: 2_000_000 }, /load.keys must be a whole number .* at most 1000000/],
    [{ roundTripMs: 0 }, /load.roundTripMs must be a number above 0/],
    [{ process: 4 }, /load.process is not known; did you mean processes/],
    [{ rate: { capacity: 0, windowSeconds: 1 } }, /[Cc]apacity must be/],
  ])('refuses a load that cannot work: %j', async (change, problem) => {
    await expect(simulateSharedLimits({ ...BUSY, ...change } as SharedLimitsLoad)).rejects.toThrow(problem);
  });
});
