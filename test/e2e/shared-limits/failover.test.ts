import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ReplicatedRedis, startReplicatedRedis } from '../../support/redis-replica.ts';
import { describeWithServers } from '../../support/servers.ts';
import { judge, startFleet } from './fleet.ts';

const RATE = { capacity: 500, windowSeconds: 1 };

describeWithServers(['redis'], 'shared limits through a failover', () => {
  let redis: ReplicatedRedis;
  beforeAll(async () => {
    redis = await startReplicatedRedis();
  });
  afterAll(async () => {
    await redis?.stop();
  });

  it('let nothing pass meanwhile, and go on with the levels of the replica', async () => {
    const { reports } = await startFleet(4, {
      ports: [redis.sentinelPort],
      sentinel: true,
      library: 'ioredis',
      rate: RATE,
      seconds: 5,
      perMs: 1,
      limiter: { onStoreError: 'deny', budgetMs: 50 },
    });
    await sleep(1_000);
    const killedMs = Date.now();
    await redis.primary.kill();
    const verdict = judge(RATE, await reports);
    // Redis tells its replica after it has answered: what it had no time to tell is admitted once more.
    expect(verdict.over).toBeLessThanOrEqual(RATE.capacity / 20);
    const latest = Math.max(...(await reports).flatMap((report) => report?.leased ?? []));
    expect(latest).toBeGreaterThan(killedMs + 2_500);
  });
});
