import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { SharedStoreClient } from '@crossbridge/core';
import type { RateLimitStoreConfig } from '@crossbridge/core/config';
import { ioredisStore, redisStore } from '@crossbridge/integrations/redis-store';
import { context, createContextKey } from '@opentelemetry/api';

/** As `suppressTracing` of OpenTelemetry's core package has it: what the limits ask is no part of the application's traces. */
const SUPPRESS = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

type IORedisModule = {
  readonly Redis: new (url: string, options: object) => Parameters<typeof ioredisStore>[0];
  readonly Cluster: new (nodes: readonly string[], options: object) => Parameters<typeof ioredisStore>[0];
};

type RedisModule = {
  createClient(options: object): Parameters<typeof redisStore>[0];
  createCluster(options: object): Parameters<typeof redisStore>[0];
};

/** A client of the application that can connect to the store. */
export interface StoreDriver {
  readonly name: 'ioredis' | 'redis';
  /** Loads the module. To be called when everybody who watches for modules does so: the application's own import finds it loaded. */
  connect(): SharedStoreClient;
}

/**
 * Which driver the application has installed: as seen from its program, else from the working directory.
 *
 * @returns what is wrong, for people, when there is none or nothing says where the store is
 */
export function driverOf(
  config: RateLimitStoreConfig,
  from: readonly string[] = [process.argv[1] ?? '', join(process.cwd(), 'program.js')],
): StoreDriver | string {
  const { url, cluster } = config;
  if (url === null) {
    return 'rate_limiting.store needs a url, such as redis://localhost:6379: the agent connects to it by itself';
  }
  const applications = from
    .filter((file) => file !== '')
    .map((file) => createRequire(join(dirname(file), 'program.js')));
  for (const application of applications) {
    if (has(application, 'ioredis'))
      return { name: 'ioredis', connect: () => byIORedis(application('ioredis'), url, cluster) };
    if (has(application, 'redis')) return { name: 'redis', connect: () => byRedis(application('redis'), url, cluster) };
  }
  return 'rate_limiting.store has a url, and the application has installed no client for it: npm install ioredis, or npm install redis';
}

function has(application: NodeJS.Require, name: string): boolean {
  try {
    application.resolve(name);
    return true;
  } catch {
    return false;
  }
}

function byIORedis({ Redis, Cluster }: IORedisModule, url: string, cluster: boolean): SharedStoreClient {
  // The store makes a connection of its own by these settings; this one never connects.
  const idle = { lazyConnect: true };
  if (!cluster) return ioredisStore(new Redis(url, idle));
  const { username, password, protocol } = new URL(url);
  const redisOptions = {
    ...credentials(username, password),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  };
  return ioredisStore(new Cluster([url], { ...idle, redisOptions }));
}

function byRedis({ createClient, createCluster }: RedisModule, url: string, cluster: boolean): SharedStoreClient {
  if (!cluster) return redisStore(createClient({ url }));
  const { username, password, protocol } = new URL(url);
  // Of the servers that it hears of from the first one it knows no url.
  const defaults = { ...credentials(username, password), ...(protocol === 'rediss:' ? { socket: { tls: true } } : {}) };
  return redisStore(createCluster({ rootNodes: [{ url }], defaults }));
}

function credentials(username: string, password: string): { username?: string; password?: string } {
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
}

/** The store of a bridge that is made before there is a connection, which may never come: then `on_store_error` decides. */
export class AgentStore implements SharedStoreClient {
  #client: SharedStoreClient | undefined;

  /** @throws what the driver throws while it is loaded */
  connect(driver: StoreDriver): void {
    this.#client = untraced(() => driver.connect());
  }

  send(commands: Parameters<SharedStoreClient['send']>[0]): readonly Promise<unknown>[] {
    const client = this.#client;
    if (client === undefined)
      return commands.map(() => Promise.reject(new Error('There is no connection to the store')));
    return untraced(() => client.send(commands));
  }

  async close(): Promise<void> {
    await this.#client?.close?.();
  }
}

function untraced<T>(action: () => T): T {
  return context.with(context.active().setValue(SUPPRESS, true), action);
}
