import { Redis } from 'ioredis';
import { createClient } from 'redis';

/** One connection, through one of the drivers, that stays lost when it is lost. */
export interface RedisConnection {
  /** Sends a command as it is. */
  send(...command: string[]): Promise<unknown>;
  close(): void;
}

/** Connects at once. */
export type RedisDriver = (url: string) => Promise<RedisConnection>;

async function connectIoredis(url: string): Promise<RedisConnection> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: null });
  client.on('error', () => {});
  await client.connect();
  return {
    send: (name, ...args) => client.call(name ?? '', ...args),
    close: () => client.disconnect(),
  };
}

async function connectNodeRedis(url: string): Promise<RedisConnection> {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on('error', () => {});
  await client.connect();
  return {
    send: (...command) => client.sendCommand(command),
    close: () => {
      if (client.isOpen) client.destroy();
    },
  };
}

export const REDIS_DRIVERS: readonly (readonly [string, RedisDriver])[] = [
  ['ioredis', connectIoredis],
  ['node-redis', connectNodeRedis],
];
