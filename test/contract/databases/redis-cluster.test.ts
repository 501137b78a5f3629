import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DatabaseServer } from '../../support/database-server.ts';
import { startRedis } from '../../support/redis-server.ts';
import { describeWithServers } from '../../support/servers.ts';
import { failureOf, NOT_EXECUTED, PERMANENT } from './meanings.ts';
import { REDIS_DRIVERS, type RedisConnection } from './redis-drivers.ts';

const NOWHERE = { host: '127.0.0.1', port: 1 };

describeWithServers(['redis'], 'Errors of a Redis Cluster', () => {
  let servers: readonly DatabaseServer[] = [];
  beforeAll(async () => {
    const settings = { 'cluster-enabled': 'yes', 'cluster-require-full-coverage': 'no' };
    servers = await Promise.all([startRedis({ settings }), startRedis({ settings })]);
  });
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  describe.each(REDIS_DRIVERS)('through %s', (_, connect) => {
    let one: RedisConnection;
    let other: RedisConnection;
    const both = async (...command: string[]): Promise<void> => {
      await Promise.all([one, other].map((client) => client.send(...command)));
    };
    beforeAll(async () => {
      [one, other] = (await Promise.all(servers.map((server) => connect(server.url)))) as [
        RedisConnection,
        RedisConnection,
      ];
    });
    afterAll(async () => {
      await both('CLUSTER', 'RESET');
      for (const client of [one, other]) client.close();
    });

    it('a key that no server has: nothing was executed', async () => {
      const failure = await failureOf(one.send('GET', 'key'));
      expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'server not ready: CLUSTERDOWN' });
    });

    describe('whose keys all have a server', () => {
      beforeAll(async () => {
        await one.send('CLUSTER', 'ADDSLOTSRANGE', '0', '8191');
        await other.send('CLUSTER', 'ADDSLOTSRANGE', '8192', '16383');
        await one.send('CLUSTER', 'MEET', '127.0.0.1', `${servers[1]?.port}`);
        for (const fact of ['cluster_slots_assigned:16384', 'cluster_state:ok']) {
          const known = async (): Promise<void> => expect(await one.send('CLUSTER', 'INFO')).toContain(fact);
          await vi.waitFor(known, { timeout: 60_000 });
        }
      });

      it('keys of several servers are permanent', async () => {
        const failure = await failureOf(one.send('MGET', 'key', 'other'));
        expect(failure).toMatchObject({ ...PERMANENT, rule: 'refused by the server: CROSSSLOT' });
      });

      it('a key of another server is permanent for a client that cannot follow', async () => {
        // Its slot is 12539.
        const failure = await failureOf(one.send('GET', 'key'));
        const rule = 'another server of the cluster has the key: MOVED';
        expect(failure).toMatchObject({ ...PERMANENT, notExecuted: true, rule });
      });
    });
  });

  it('ioredis, when no server of the cluster answers: never connected', async () => {
    const cluster = new Cluster([NOWHERE], { clusterRetryStrategy: () => null });
    cluster.on('error', () => {});
    const rule = 'never connected: None of startup nodes is available';
    expect(await failureOf(cluster.get('key'))).toMatchObject({ ...NOT_EXECUTED, rule });
  });

  it('ioredis without a queue, before it knows the cluster: never connected', async () => {
    const cluster = new Cluster([NOWHERE], { enableOfflineQueue: false, clusterRetryStrategy: () => null });
    cluster.on('error', () => {});
    const rule = "never connected: Cluster isn't ready and enableOfflineQueue options is false";
    expect(await failureOf(cluster.get('key'))).toMatchObject({ ...NOT_EXECUTED, rule });
  });

  it('node-redis, when no server of the cluster answers: never connected', async () => {
    const cluster = createCluster({
      rootNodes: [{ url: 'redis://127.0.0.1:1' }],
      defaults: { socket: { reconnectStrategy: false } },
    });
    cluster.on('error', () => {});
    const rule = 'never connected: RootNodesUnavailableError';
    expect(await failureOf(cluster.connect())).toMatchObject({ ...NOT_EXECUTED, rule });
  });
});
