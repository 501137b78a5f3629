import { Redis } from 'ioredis';
import type { DatabaseServer } from './database-server.ts';
import { startRedis } from './redis-server.ts';
import { waitFor } from './servers-process.ts';

const SLOTS = 16_384;

export interface RedisCluster {
  readonly nodes: readonly DatabaseServer[];
  readonly ports: readonly number[];
  stop(): Promise<void>;
}

/** Starts a cluster of primaries without replicas, each with its part of the slots. Resolves once all of them know that. */
export async function startRedisCluster(size = 3): Promise<RedisCluster> {
  const settings = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '2000', 'cluster-require-full-coverage': 'no' };
  const nodes: DatabaseServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  const clients: Redis[] = [];
  try {
    for (let at = 0; at < size; at += 1) nodes.push(await startRedis({ settings }));
    for (const { port } of nodes) clients.push(new Redis(port));
    const [first] = nodes;
    for (const [at, client] of clients.entries()) {
      const end = Math.floor((SLOTS * (at + 1)) / size) - 1;
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', `${at + 1}`);
      await client.call('CLUSTER', 'ADDSLOTSRANGE', `${Math.floor((SLOTS * at) / size)}`, `${end}`);
      if (at > 0) await client.call('CLUSTER', 'MEET', '127.0.0.1', `${first?.port}`);
    }
    for (const [at, client] of clients.entries()) {
      await waitFor(async () => (await knowsAll(client, size)) || undefined, {
        what: `node ${at} of the cluster to know the others`,
        everyMs: 50,
        crashed: new Promise<never>(() => {}),
        log: () => nodes[at]?.log() ?? '',
      });
    }
  } catch (error) {
    await stop();
    throw error;
  } finally {
    for (const client of clients) client.disconnect();
  }
  return { nodes, ports: nodes.map(({ port }) => port), stop };
}

async function knowsAll(client: Redis, size: number): Promise<boolean> {
  const info = String(await client.call('CLUSTER', 'INFO'));
  return (
    info.includes('cluster_state:ok') &&
    info.includes(`cluster_slots_ok:${SLOTS}`) &&
    info.includes(`cluster_known_nodes:${size}`)
  );
}
