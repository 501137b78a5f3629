import { setTimeout as sleep } from 'node:timers/promises';
import { SharedRateLimiter } from '@crossbridge/core';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ioredisStore } from '../../../packages/integrations/src/redis-store/ioredis-store.ts';
import type { DatabaseServer } from '../../support/database-server.ts';
import { startRedis } from '../../support/redis-server.ts';
import { describeWithServers } from '../../support/servers.ts';
import { waitFor } from '../../support/servers-process.ts';
import { judge, startFleet } from './fleet.ts';

const RATE = { capacity: 500, windowSeconds: 0.5 };

describeWithServers(['redis'], 'a process that is stopped for longer than its leases last', () => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());

  it('spends nothing of them once it goes on, when others have had those tokens', async () => {
    const limiter = { onStoreError: 'deny', budgetMs: 5_000 } as const;
    const asks = { library: 'ioredis', rate: RATE, seconds: 3, perMs: 0.8, steady: true, limiter } as const;
    const { children, reports } = await startFleet(1, { ports: [server.port], ...asks });
    const client = new Redis(server.port);
    const other = new SharedRateLimiter({ ...limiter, client: ioredisStore(client) });
    const limit = other.limit('hammered', RATE);
    const leased = async () => (await limit.peek('key')).leased;
    await sleep(400);
    children[0]?.kill('SIGSTOP');
    // Otherwise this would say nothing.
    expect(await leased()).toBeGreaterThan(20);
    await waitFor(async () => ((await leased()) === 0 ? true : undefined), {
      what: 'the end of the leases',
      everyMs: 20,
    });
    await sleep(RATE.windowSeconds * 1000);
    const atMs = performance.timeOrigin + performance.now();
    expect(await limit.check('key', RATE.capacity)).toBe(true);
    children[0]?.kill('SIGCONT');
    const [report] = await reports;
    if (report === undefined) throw new Error('It was killed');
    const verdict = judge(RATE, [{ ...report, direct: [...report.direct, [atMs, RATE.capacity]] }]);
    expect(verdict.over).toBeLessThanOrEqual(1e-3);
    expect(report.leased.some((each) => each > atMs)).toBe(true);
    await other.close();
    client.disconnect();
  });
});
