import type { SharedStoreClient, StoreCommand } from '@crossbridge/core';

/** What is used of a client of ioredis, `Redis` or `Cluster`. */
export interface IORedisStoreClient {
  duplicate(...args: never): unknown;
  readonly status: string;
}

interface Connection {
  call(command: string, ...args: readonly string[]): Promise<unknown>;
  on(event: 'error', listener: () => void): unknown;
  once(event: 'ready', listener: () => void): unknown;
  disconnect(): void;
  readonly status: string;
}

/** Nothing is sent twice, and nothing waits for a connection: the limiter knows better what to do meanwhile. */
const ONCE = { autoResendUnfulfilledCommands: false, enableOfflineQueue: false, maxRetriesPerRequest: 0 };

/**
 * Lets shared rate limits use the server that a client of ioredis is for (`Redis`, also by Sentinel, or `Cluster`), over a connection of
 * their own with the same settings. The client itself, its commands and its settings are left alone.
 */
export function ioredisStore(client: IORedisStoreClient): SharedStoreClient {
  const connection = ownConnection(client);
  // The limiter learns of failures by its commands; without a listener each would be printed.
  connection.on('error', () => {});
  let first: Promise<void> | undefined = new Promise((resolve) => {
    connection.once('ready', () => {
      first = undefined;
      resolve();
    });
  });
  return {
    send: (commands) =>
      commands.map(({ words }) => first?.then(() => call(connection, words)) ?? call(connection, words)),
    async close() {
      connection.disconnect();
    },
  };
}

function ownConnection(client: IORedisStoreClient): Connection {
  const duplicate = client.duplicate.bind(client) as (...args: readonly unknown[]) => Connection;
  if (!('nodes' in client)) return duplicate({ ...ONCE, lazyConnect: false, commandTimeout: undefined });
  // Commands wait for nodes that are being connected to; what was sent to one that is lost fails, instead of being sent to another.
  const fate = { retryDelayOnFailover: 0, retryDelayOnClusterDown: 0, enableOfflineQueue: true, lazyConnect: false };
  return duplicate([], { ...fate, redisOptions: { ...ONCE, enableOfflineQueue: true } });
}

function call(connection: Connection, [command = '', ...args]: StoreCommand['words']): Promise<unknown> {
  return connection.call(command, ...args);
}
