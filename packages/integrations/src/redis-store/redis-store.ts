import type { SharedStoreClient, StoreCommand } from '@crossbridge/core';

/** What is used of a client of node-redis for one server (`createClient`), or of one by Sentinel. */
export interface RedisStoreClient {
  duplicate(...args: never): unknown;
}

/** What is used of a client of node-redis for a cluster (`createCluster`). */
export interface RedisStoreCluster extends RedisStoreClient {
  readonly slots: unknown;
}

interface Connection {
  connect(): Promise<unknown>;
  destroy(): void;
  unref?(): void;
  on(event: 'error', listener: () => void): unknown;
  sendCommand(words: readonly string[]): Promise<unknown>;
}

interface ClusterConnection extends Omit<Connection, 'sendCommand'> {
  sendCommand(key: string, readOnly: boolean, words: readonly string[]): Promise<unknown>;
}

/**
 * Lets shared rate limits use the server that a client of node-redis is for (`createClient`, `createCluster`), over a connection of their
 * own with the same settings. The client itself is left alone, and need not be connected.
 */
export function redisStore(client: RedisStoreClient | RedisStoreCluster): SharedStoreClient {
  const cluster = 'slots' in client;
  const duplicate = client.duplicate.bind(client) as (overrides: object) => Connection | ClusterConnection;
  const connection = duplicate(cluster ? {} : { disableOfflineQueue: true });
  // The limiter learns of failures by its commands; without a listener each would end the process.
  connection.on('error', () => {});
  const send = ({ key, words }: StoreCommand): Promise<unknown> =>
    cluster
      ? (connection as ClusterConnection).sendCommand(key, false, words)
      : (connection as Connection).sendCommand(words);
  // A process that has nothing left to do ends, whatever its limits are connected to.
  connection.unref?.();
  let first: Promise<unknown> | undefined = connection.connect();
  const connected = first.then(
    () => {
      first = undefined;
    },
    // It stays rejected, and tells every command why.
    () => {},
  );
  return {
    send: (commands) => commands.map((command) => first?.then(() => send(command)) ?? send(command)),
    async close() {
      connection.destroy();
      await connected;
    },
  };
}
