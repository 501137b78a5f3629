import { afterEach, beforeEach, expect, it } from 'vitest';
import { simulateSharedLimits } from '../../../packages/core/src/simulate/shared/simulate-shared-limits.ts';
import type { DatabaseServer } from '../../support/database-server.ts';
import { startRedis } from '../../support/redis-server.ts';
import { describeWithServers } from '../../support/servers.ts';
import { judge, startFleet } from './fleet.ts';

describeWithServers(['redis'], 'the simulation of shared limits, beside processes on a real server', () => {
  let server: DatabaseServer;
  beforeEach(async () => {
    server = await startRedis();
  });
  afterEach(async () => {
    await server?.stop();
  });

  const PROCESSES = 3;
  const real = async (rate: { capacity: number; windowSeconds: number }, perMs: number, leases: boolean) => {
    const limiter = { onStoreError: 'deny', budgetMs: 5_000, leases } as const;
    const common = { ports: [server.port], library: 'ioredis', seconds: 1.5, steady: true } as const;
    const reports = await (await startFleet(PROCESSES, { ...common, rate, perMs, limiter })).reports;
    return { ...judge(rate, reports), calls: reports.reduce((sum, report) => sum + (report?.calls ?? 0), 0) };
  };

  it('agrees to the token where nothing refills', async () => {
    const rate = { capacity: 400, windowSeconds: 1e9 };
    const { admitted } = await simulateSharedLimits({
      rate,
      processes: PROCESSES,
      keys: 1,
      requestsPerSecond: 1_500,
      durationSeconds: 1.5,
    });
    expect([admitted, (await real(rate, 0.5, true)).admitted]).toEqual([400, 400]);
  });

  it('agrees about what is admitted, and about how often the store is asked', async () => {
    const rate = { capacity: 500, windowSeconds: 1.001 };
    const load = { rate, processes: PROCESSES, keys: 1, requestsPerSecond: 1_500, durationSeconds: 1.5 };
    const simulated = await simulateSharedLimits(load);
    const seen = await real(rate, 0.5, true);
    expect(seen.over).toBeLessThanOrEqual(1e-3);
    // A busy machine holds real processes up.
    expect(seen.admitted / (seen.admitted + seen.unused)).toBeGreaterThan(
      simulated.admitted / simulated.allowed - 0.15,
    );
    expect(seen.admitted).toBeGreaterThan(0.7 * simulated.admitted);
    expect(seen.admitted).toBeLessThan(1.5 * simulated.admitted);
    expect(seen.callsPerAdmission).toBeLessThan(3 * simulated.callsPerAdmission);
    expect(seen.callsPerAdmission).toBeGreaterThan(simulated.callsPerAdmission / 3);
  });
});
