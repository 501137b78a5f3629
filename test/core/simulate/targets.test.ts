import { describe, expect, it } from 'vitest';
import { plainRetry } from '../../support/bridges.ts';
import { everyTenth, poisson, simulateOne } from './simulate-one.ts';

const targets = {
  'eu.example.com': { weight: 3, latencyMs: 10 },
  'us.example.com': { latencyMs: 20, failures: [{ fromSeconds: 5, toSeconds: 10, code: 'ECONNREFUSED' }] },
};
const circuitBreaker = { consecutiveFailures: 3, openForMs: 1_000, halfOpenProbes: 1 };

describe('targets in a simulation', () => {
  it('get their shares of the calls', async () => {
    const report = await simulateOne({}, { traffic: poisson(200, 100), targets });
    const [eu, us] = report.targets;
    expect(report.targets.map(({ target }) => target)).toEqual(['eu.example.com', 'us.example.com']);
    expect(Math.abs((eu?.calls ?? 0) / report.calls - 0.75)).toBeLessThan(0.01);
    expect([eu?.latencyMs?.total.p50, us?.latencyMs?.total.p50]).toEqual([10, 20]);
    expect(report.upstream).toBeNull();
  });

  it('have a circuit each, so that the outage of one does not reach the other', async () => {
    const report = await simulateOne(
      { circuitBreaker: { ...circuitBreaker, per: 'target' } },
      { traffic: everyTenth(200), targets },
    );
    const [eu, us] = report.targets;
    expect(eu?.outcomes.success).toBe(eu?.calls);
    expect(eu?.openMs).toBe(0);
    expect(us?.outcomes.rejected).toBeGreaterThan(5);
    expect(us?.openMs).toBeGreaterThan(3_000);
    const breaker = report.policies.circuitBreaker ?? expect.fail();
    expect(breaker.openMs).toBe(us?.openMs);
    expect(new Set(breaker.transitions.map(({ target }) => target))).toEqual(new Set(['us.example.com']));
  });

  it('share a circuit otherwise, so that it does', async () => {
    const report = await simulateOne(
      { circuitBreaker },
      { traffic: everyTenth(200), targets: { ...targets, 'eu.example.com': { weight: 0.2, latencyMs: 10 } } },
    );
    const [eu, us] = report.targets;
    expect(eu?.outcomes.rejected).toBeGreaterThan(0);
    expect([eu?.openMs, us?.openMs]).toEqual([0, 0]);
    expect(report.policies.circuitBreaker?.openMs).toBeGreaterThan(3_000);
    expect(report.policies.circuitBreaker?.transitions[0]).toMatchObject({ target: null, to: 'open' });
  });

  it('keep a call for all of its attempts', async () => {
    const { targets: reports } = await simulateOne(
      { retry: plainRetry, retryBudget: false },
      {
        traffic: poisson(20, 20),
        targets: { sound: { latencyMs: 1 }, broken: { latencyMs: 1, failures: [{ status: 503 }] } },
      },
    );
    expect(reports).toMatchObject([{ amplification: 1 }, { amplification: 3, outcomes: { success: 0 } }]);
  });

  it('have limits of their own', async () => {
    const report = await simulateOne(
      {},
      {
        traffic: { shape: 'bursts', size: 40, everySeconds: 10, durationSeconds: 10 },
        targets: { narrow: { latencyMs: 100, concurrencyLimit: 2 }, wide: { latencyMs: 100 } },
      },
    );
    const [narrow, wide] = report.targets;
    expect(narrow?.upstream).toMatchObject({ peakConcurrency: 2, peakQueue: (narrow?.calls ?? 0) - 2 });
    expect(wide?.upstream).toMatchObject({ peakConcurrency: wide?.calls, peakQueue: 0 });
  });
});
