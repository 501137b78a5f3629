import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { DatabaseServer } from './database-server.ts';
import { startRedis } from './redis-server.ts';
import { serverPath } from './servers.ts';
import { type ServerProcess, startProcess, temporaryDirectory, waitFor } from './servers-process.ts';

/** A primary, its replica, and a sentinel that makes the one the other. It calls the primary `main`. */
export interface ReplicatedRedis {
  readonly primary: DatabaseServer;
  readonly replica: DatabaseServer;
  readonly sentinelPort: number;
  stop(): Promise<void>;
}

/** Resolves once the replica follows and the sentinel knows both. */
export async function startReplicatedRedis(): Promise<ReplicatedRedis> {
  const primary = await startRedis();
  const replica = await startRedis({ settings: { replicaof: `127.0.0.1 ${primary.port}` } });
  const directory = temporaryDirectory('sentinel');
  const sentinelPort = randomInt(10_000, 32_768);
  const file = join(directory.path, 'sentinel.conf');
  const lines = [
    `port ${sentinelPort}`,
    'bind 127.0.0.1',
    `dir ${directory.path}`,
    `sentinel monitor main 127.0.0.1 ${primary.port} 1`,
    'sentinel down-after-milliseconds main 500',
    'sentinel failover-timeout main 5000',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const sentinel = startProcess(serverPath('redis'), [file, '--sentinel']);
  const stop = async (): Promise<void> => {
    await sentinel.stop();
    await Promise.all([primary.stop(), replica.stop()]);
    directory.remove();
  };
  try {
    await untilReady(sentinelPort, replica, sentinel);
  } catch (error) {
    await stop();
    throw error;
  }
  return { primary, replica, sentinelPort, stop };
}

async function untilReady(sentinelPort: number, replica: DatabaseServer, sentinel: ServerProcess): Promise<void> {
  const [follower, watcher] = [new Redis(replica.port), new Redis(sentinelPort)];
  for (const client of [follower, watcher]) client.on('error', () => {});
  const ready = async (): Promise<true | undefined> => {
    const follows = (await follower.info('replication')).includes('master_link_status:up');
    const known = String(await watcher.call('SENTINEL', 'REPLICAS', 'main')).includes(`${replica.port}`);
    return (follows && known) || undefined;
  };
  try {
    await waitFor(ready, { what: 'the sentinel', everyMs: 50, crashed: sentinel.crashed, log: sentinel.log });
  } finally {
    follower.disconnect();
    watcher.disconnect();
  }
}
