import { SharedRateLimiter, takeAll } from '@crossbridge/core';
import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ioredisStore } from '../../../packages/integrations/src/redis-store/ioredis-store.ts';
import { redisStore } from '../../../packages/integrations/src/redis-store/redis-store.ts';
import { type RedisCluster, startRedisCluster } from '../../support/redis-cluster.ts';
import { describeWithServers } from '../../support/servers.ts';
import { judge, startFleet } from './fleet.ts';

const RATE = { capacity: 500, windowSeconds: 1 };

describeWithServers(['redis'], 'shared limits on a cluster', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  const stores = {
    ioredis: () =>
      ioredisStore(
        new Cluster(
          cluster.ports.map((port) => ({ host: '127.0.0.1', port })),
          { lazyConnect: true },
        ),
      ),
    redis: () =>
      redisStore(createCluster({ rootNodes: cluster.ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })) })),
  };

  it.each(['ioredis', 'redis'] as const)(
    'find every key, and decide about several of one group at once: %s',
    async (library) => {
      const limiter = new SharedRateLimiter({
        client: stores[library](),
        onStoreError: 'deny',
        budgetMs: 5_000,
        prefix: `${library}:`,
      });
      const single = limiter.limit('single', { capacity: 2, windowSeconds: 1e6 });
      const checks = Array.from({ length: 60 }, (_, at) => single.check(`user:${at % 20}`));
      expect((await Promise.all(checks)).filter(Boolean)).toHaveLength(40);
      const [user, org] = ['user', 'org'].map((name) =>
        limiter.limit(name, { capacity: 3, windowSeconds: 1e6 }, { group: 'search' }),
      );
      if (user === undefined || org === undefined) throw new Error('two limits');
      let passed = 0;
      for (let at = 0; at < 5; at += 1) {
        const decisions = await takeAll([
          { limit: user, key: `u${at}`, cost: 1 },
          { limit: org, key: 'o', cost: 1 },
        ]);
        if (decisions.every(({ admitted }) => admitted)) passed += 1;
      }
      expect(passed).toBe(3);
      await limiter.close();
    },
  );

  it.each(['ioredis', 'redis'] as const)('admit no more than they may, by many processes: %s', async (library) => {
    const limiter = { onStoreError: 'deny', budgetMs: 5_000, prefix: `${library}:` } as const;
    const { reports } = await startFleet(4, {
      ports: cluster.ports,
      library,
      rate: RATE,
      seconds: 1.5,
      perMs: 1,
      limiter,
    });
    const verdict = judge(RATE, await reports);
    expect(verdict.over).toBeLessThanOrEqual(1e-3);
    expect(verdict.admitted).toBeGreaterThan(RATE.capacity);
  });
});
