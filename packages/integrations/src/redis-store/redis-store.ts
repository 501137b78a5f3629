import type { SharedStoreClient, StoreCommand } from '@crossbridge/core';

/** What is used of a client of node-redis for one server (`createClient`), or of one by Sentinel. */
export interface RedisStoreClient {
  duplicate(...args: never): unknown;
}

/** What is used of a client of node-redis for a cluster (`createCluster`). */
export interface RedisStoreCluster extends RedisStoreClient {
  readonly slots: unknown;
}

/** Streams, which may hold the process or not, and the attempt to connect that has just failed. */
const NOTHING: ReadonlySet<string> = new Set(['PipeWrap', 'TTYWrap', 'ConnectWrap', 'GetAddrInfoReqWrap']);

interface Connection {
  connect(): Promise<unknown>;
  destroy(): void;
  unref?(): void;
  readonly isOpen?: boolean;
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
  const connection = duplicate(cluster ? {} : { disableOfflineQueue: true, socket: reconnecting(client) });
  // The limiter learns of failures by its commands; without a listener each would end the process.
  connection.on('error', () => {});
  const send = ({ key, words }: StoreCommand): Promise<unknown> =>
    cluster
      ? (connection as ClusterConnection).sendCommand(key, false, words)
      : (connection as Connection).sendCommand(words);
  // A process that has nothing left to do ends, whatever its limits are connected to.
  connection.unref?.();
  let first: Promise<unknown> | undefined;
  const connect = (): void => {
    const attempt = connection.connect();
    first = attempt;
    attempt.then(
      () => {
        if (first === attempt) first = undefined;
      },
      // It stays rejected, and tells every command why.
      () => {},
    );
  };
  connect();
  return {
    send(commands) {
      // It gives up where nothing would have been left of the process but its attempts.
      if (connection.isOpen === false) connect();
      return commands.map((command) => first?.then(() => send(command)) ?? send(command));
    },
    async close() {
      if (connection.isOpen !== false) connection.destroy();
      await first?.catch(() => {});
    },
  };
}

/** The settings of a connection that comes back by itself, as long as the process has anything else to do. */
function reconnecting(client: RedisStoreClient): object {
  const { socket } = (client as { readonly options?: { readonly socket?: object } }).options ?? {};
  return {
    ...socket,
    reconnectStrategy: (retries: number) => (isIdle() ? false : Math.min(50 * 2 ** Math.min(retries, 6), 2_000)),
  };
}

/** Whether the process would end if it did not wait for the next attempt. */
function isIdle(): boolean {
  return process.getActiveResourcesInfo().every((kind) => NOTHING.has(kind));
}
