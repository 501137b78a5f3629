import { type Bridge, createBridge } from '@crossbridge/core';
import { type HardenedPgPool, type HardenPgPoolOptions, hardenPgPool } from '@crossbridge/integrations/pg';
import type { Pool, PoolConfig } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { OperationInput } from '../../support/bridges.ts';
import type { DatabaseServer } from '../../support/database-server.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { pg } from '../../support/pg.ts';
import { startPostgres } from '../../support/postgres.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';

export type TestPool = Pool & HardenedPgPool<Pool>;

/** A server with a table `t`, a proxy before it, and what tests make of them; ended and emptied as the tests go. */
export interface Bench {
  readonly server: DatabaseServer;
  readonly proxy: FaultProxy;
  /** Goes to the server past the proxy. */
  readonly direct: Pool;
  rawPool(config?: PoolConfig): Pool;
  pool(config?: PoolConfig, options?: Partial<HardenPgPoolOptions>): TestPool;
  /** The bridge of `pool`s made from now on. */
  readonly bridge: Bridge;
  readonly observer: RecordingObserver;
  /** Goes on with a bridge whose operation is another. */
  configure(operation: OperationInput): void;
  /** One value of one row. */
  value(text: string): Promise<unknown>;
}

/** Retries at once, so that tests need not wait. */
export const RETRIES: OperationInput = {
  retry: { maxAttempts: 4, baseDelayMs: 1, maxDelayMs: 5, exponentialBase: 2, jitter: 'none' },
};

export function pgBench(): Bench {
  let server: DatabaseServer;
  let proxy: FaultProxy;
  let direct: Pool;
  let bridge: Bridge;
  let observer: RecordingObserver;
  const pools: Pool[] = [];
  const configure = (operation: OperationInput): void => {
    observer = new RecordingObserver();
    bridge = createBridge({ operations: { 'db.query': operation } }, { observers: [observer] });
  };
  const rawPool = (config: PoolConfig = {}): Pool => {
    const connection = { user: 'crossbridge', password: 'crossbridge', database: 'postgres', host: '127.0.0.1' };
    const pool = new pg.Pool({ ...connection, port: proxy.port, ...config });
    pools.push(pool);
    return pool;
  };
  beforeAll(async () => {
    server = await startPostgres({ settings: { max_connections: '60' } });
    proxy = await startFaultProxy(server.port);
    direct = new pg.Pool({ connectionString: server.url, max: 4 });
    direct.on('error', () => {});
    await direct.query(
      'create table t (id serial primary key, v int unique); create table account (id int primary key, balance int)',
    );
  });
  beforeEach(async () => {
    configure(RETRIES);
    await direct.query('truncate t; truncate account');
  });
  afterEach(async () => {
    proxy.calm();
    server.resume();
    proxy.cut();
    await Promise.all(pools.splice(0).map((pool) => (pool.ending ? undefined : pool.end())));
  });
  afterAll(async () => {
    await direct?.end();
    await proxy?.stop();
    await server?.stop();
  });
  return {
    get server() {
      return server;
    },
    get proxy() {
      return proxy;
    },
    get direct() {
      return direct;
    },
    get bridge() {
      return bridge;
    },
    get observer() {
      return observer;
    },
    configure,
    rawPool,
    pool: (config, options) => hardenPgPool(rawPool(config), { bridge, ...options }),
    async value(text) {
      const { rows } = await direct.query({ text, rowMode: 'array' });
      return rows[0]?.[0];
    },
  };
}
