import type { SharedStoreClient, StoreCommand } from '@crossbridge/core';
import { isHardened, markHardened } from '../ioredis/hardened-mark.ts';

/** What is used of a client of ioredis, `Redis` or `Cluster`. */
export interface IORedisStoreClient {
  duplicate(...args: never): unknown;
  readonly status: string;
}

interface Connection {
  call(command: string, ...args: readonly string[]): Promise<unknown>;
  on(event: 'error' | 'connect' | 'reconnecting', listener: () => void): unknown;
  on(event: '+node', listener: (node: Connection) => void): unknown;
  once(event: 'ready', listener: () => void): unknown;
  disconnect(): void;
  /** Of a single server, once there is a connection. */
  readonly stream?: { cork(): void; uncork(): void; unref(): void };
  readonly reconnectTimeout?: { unref(): void } | null;
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
  settle(connection);
  // Those of the servers of a Cluster.
  connection.on('+node', settle);
  let first: Promise<void> | undefined = new Promise((resolve) => {
    connection.once('ready', () => {
      first = undefined;
      resolve();
    });
  });
  return {
    send(commands) {
      const waiting = first;
      if (waiting !== undefined) return commands.map(({ words }) => waiting.then(() => call(connection, words)));
      // In one piece: what a write costs, it costs for each piece.
      const { stream } = connection;
      stream?.cork();
      try {
        return commands.map(({ words }) => call(connection, words));
      } finally {
        stream?.uncork();
      }
    },
    async close() {
      connection.disconnect();
    },
  };
}

/** The limiter has a breaker of its own for it, and a process that has nothing left to do ends, whatever its limits are connected to. */
function settle(connection: Connection): void {
  if (!isHardened(connection)) markHardened(connection);
  connection.on('connect', () => connection.stream?.unref());
  connection.on('reconnecting', () => connection.reconnectTimeout?.unref());
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
