import { setTimeout as sleep } from 'node:timers/promises';
import { SharedRateLimiter } from '@crossbridge/core';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ioredisStore } from '../../../packages/integrations/src/redis-store/ioredis-store.ts';
import type { DatabaseServer } from '../../support/database-server.ts';
import { startRedis } from '../../support/redis-server.ts';
import { describeWithServers } from '../../support/servers.ts';
import { judge, startFleet } from './fleet.ts';
import type { HammerOptions } from './hammer-options.ts';

const RATE = { capacity: 500, windowSeconds: 0.5 };

describeWithServers(['redis'], 'many processes on one key', () => {
  let server: DatabaseServer;
  let common: HammerOptions;
  beforeEach(async () => {
    server = await startRedis();
    const limiter = { onStoreError: 'deny', budgetMs: 5_000 } as const;
    common = { ports: [server.port], library: 'ioredis', rate: RATE, seconds: 1.2, perMs: 1, limiter };
  });
  afterEach(async () => {
    await server?.stop();
  });

  it.each([
    ['ioredis', true],
    ['redis', true],
    ['ioredis', false],
  ] as const)(
    'admit no more than the capacity and its refill in any window: %s, leases %s',
    async (library, leases) => {
      const { reports } = await startFleet(8, { ...common, library, limiter: { ...common.limiter, leases } });
      const verdict = judge(RATE, await reports);
      expect(verdict.over).toBeLessThanOrEqual(1e-3);
      expect(verdict.admitted).toBeGreaterThan(RATE.capacity);
      // Otherwise this would say nothing of them.
      const leased = (await reports).reduce((sum, report) => sum + (report?.leased.length ?? 0), 0);
      expect(leased > RATE.capacity).toBe(leases);
    },
  );

  it('lose with one that is killed no more than its lease, and that not for longer than it was good for', async () => {
    const fleet = await startFleet(4, common);
    await sleep(600);
    fleet.children[0]?.kill('SIGKILL');
    const reports = await fleet.reports;
    expect(reports.filter((report) => report === undefined)).toHaveLength(1);
    expect(judge(RATE, reports).over).toBeLessThanOrEqual(1e-3);
    const client = new Redis(server.port);
    const limiter = new SharedRateLimiter({ client: ioredisStore(client) });
    await sleep(900);
    expect(await limiter.limit('hammered', RATE).peek('key')).toEqual({ remaining: RATE.capacity, leased: 0 });
    await limiter.close();
    client.disconnect();
  });
});
