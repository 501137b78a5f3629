import { type Bridge, createBridge } from '@crossbridge/core';
import { type Cluster, Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { freePort } from '../../support/app.ts';
import { rejection } from '../../support/bridges.ts';
import type { DatabaseServer } from '../../support/database-server.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { startRedis } from '../../support/redis-server.ts';
import { describeWithServers } from '../../support/servers.ts';

const retry = { maxAttempts: 4, baseDelayMs: 1, maxDelayMs: 5, exponentialBase: 2, jitter: 'none' } as const;
/** The slot of the key `foo`. */
const FOO = 12_182;

/** What every hardened Cluster of ioredis does, by whichever way it is hardened. */
export function describeHardenedCluster(
  title: string,
  open: (bridge: Bridge, ...how: ConstructorParameters<typeof Cluster>) => Cluster,
): void {
  describeWithServers(['redis'], title, () => {
    const servers: DatabaseServer[] = [];
    const buses: number[] = [];
    const proxies: FaultProxy[] = [];
    const direct: Redis[] = [];
    let bridge: Bridge;
    let observer: RecordingObserver;
    let cluster: Cluster;
    beforeAll(async () => {
      for (let n = 0; n < 2; n += 1) {
        const bus = await freePort();
        buses.push(bus);
        const server = await startRedis({ settings: { 'cluster-enabled': 'yes', 'cluster-port': `${bus}` } });
        servers.push(server);
        proxies.push(await startFaultProxy(server.port));
        direct.push(new Redis(server.port));
      }
      const [one, two] = direct as [Redis, Redis];
      await one.cluster('ADDSLOTSRANGE', 0, 8_000);
      await two.cluster('ADDSLOTSRANGE', 8_001, 16_383);
      await one.cluster('MEET', '127.0.0.1', (servers[1] as DatabaseServer).port, buses[1] as number);
      const isWhole = async (): Promise<void> => {
        for (const each of direct) expect(await each.cluster('INFO')).toContain('cluster_state:ok');
      };
      await vi.waitFor(isWhole, { timeout: 30_000 });
    });
    beforeEach(async () => {
      observer = new RecordingObserver();
      bridge = createBridge({ operations: { 'redis.command': { retry } } }, { observers: [observer] });
      const natMap = Object.fromEntries(
        servers.map(({ port }, n) => [
          `127.0.0.1:${port}`,
          { host: '127.0.0.1', port: (proxies[n] as FaultProxy).port },
        ]),
      );
      const startup = [{ host: '127.0.0.1', port: (proxies[0] as FaultProxy).port }];
      cluster = open(bridge, startup, { natMap, clusterRetryStrategy: () => 20 });
      cluster.on('error', () => {});
      await cluster.set('foo', '0');
    });
    afterEach(() => {
      for (const proxy of proxies) proxy.calm();
      cluster.disconnect();
    });
    afterAll(async () => {
      for (const each of direct) each.disconnect();
      for (const proxy of proxies) await proxy.stop();
      for (const server of servers) await server.stop();
    });

    it('executes an INCR once when its reply is lost', async () => {
      (proxies[1] as FaultProxy).on('incr', 'lose-reply');
      const error = await rejection(cluster.incr('foo'));
      expect(bridge.explain(error, 'redis.command')).toMatchObject({ class: 'unknown_outcome' });
      await expect.poll(() => cluster.get('foo').catch(() => undefined), { timeout: 10_000 }).toBe('1');
    });

    it('sends no pipeline and no transaction twice', async () => {
      for (const asked of [
        () => cluster.pipeline().incr('foo').incr('foo').exec(),
        () => cluster.multi().incr('foo').incr('foo').exec(),
      ]) {
        await cluster.set('foo', '0');
        (proxies[1] as FaultProxy).on('incr', 'lose-reply');
        await asked().catch(() => {});
        await expect.poll(() => cluster.get('foo').catch(() => undefined), { timeout: 10_000 }).toBe('2');
      }
    });

    it('asks a read again when its reply is lost', async () => {
      (proxies[1] as FaultProxy).on('get', 'lose-reply');
      expect(await cluster.get('foo')).toBe('0');
    });

    it('follows ASK and MOVED inside of one attempt, also in a second one', async () => {
      const [one, two] = direct as [Redis, Redis];
      const [idOne, idTwo] = [await one.cluster('MYID'), await two.cluster('MYID')] as [string, string];
      await two.cluster('SETSLOT', FOO, 'MIGRATING', idOne);
      await one.cluster('SETSLOT', FOO, 'IMPORTING', idTwo);
      const { port } = servers[0] as DatabaseServer;
      await two.migrate('127.0.0.1', port, 'foo', 0, 1_000);
      const before = observer.ofType('attempt.ended').length;
      expect(await cluster.incr('foo')).toBe(1);
      await one.cluster('SETSLOT', FOO, 'NODE', idOne);
      await two.cluster('SETSLOT', FOO, 'NODE', idOne);
      expect(await cluster.incr('foo')).toBe(2);
      expect(observer.ofType('attempt.ended').length).toBe(before + 2);
      (proxies[0] as FaultProxy).on('get', 'lose-reply');
      expect(await cluster.get('foo')).toBe('2');
    });
  });
}
