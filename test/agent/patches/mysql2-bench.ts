import { type Bridge, createBridge } from '@crossbridge/core';
import mysql from 'mysql2';
import promised from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { mysql2Patch } from '../../../packages/agent/src/patches/mysql2.ts';
import type { OperationInput } from '../../support/bridges.ts';
import type { DatabaseServer } from '../../support/database-server.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { startMariadb } from '../../support/mariadb.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { type Installed, installed } from './installed.ts';

export const RETRY = { maxAttempts: 4, baseDelayMs: 1, maxDelayMs: 5, exponentialBase: 2, jitter: 'none' } as const;

export interface Mysql2Bench {
  readonly flag: Installed;
  readonly proxy: FaultProxy;
  readonly bridge: Bridge;
  readonly observer: RecordingObserver;
  configure(operation: OperationInput): void;
  config(): mysql.ConnectionOptions;
  calls(): number;
  /** The only value of a statement that is asked past the policies. */
  value(text: string): Promise<unknown>;
  pool(options?: mysql.PoolOptions): mysql.Pool;
  connection(): Promise<promised.Connection>;
  /** Done after the test. */
  onEnd(end: () => unknown): void;
}

/** mysql2 under the flag, before a MariaDB that may fail. */
export function mysql2Bench(): Mysql2Bench {
  const flag = installed(mysql2Patch, 'db.query');
  let server: DatabaseServer;
  let proxy: FaultProxy;
  let direct: promised.Connection;
  let bridge: Bridge;
  let observer: RecordingObserver;
  const ends: (() => unknown)[] = [];
  const configure = (operation: OperationInput): void => {
    observer = new RecordingObserver();
    bridge = createBridge({ operations: { 'db.query': operation } }, { observers: [observer] });
    flag.bridge = bridge;
  };
  const config = (): mysql.ConnectionOptions => ({
    port: proxy.port,
    host: '127.0.0.1',
    user: 'crossbridge',
    password: 'crossbridge',
    database: 'crossbridge',
  });
  const calls = (): number => observer.ofType('call.started').length;
  const value = async (text: string): Promise<unknown> => {
    const passing = flag.bridge;
    flag.bridge = createBridge({ operations: {} });
    try {
      const [rows] = await direct.query({ sql: text, rowsAsArray: true });
      return (rows as unknown as unknown[][])[0]?.[0];
    } finally {
      flag.bridge = passing;
    }
  };
  const pool = (options: mysql.PoolOptions = {}): mysql.Pool => {
    const made = mysql.createPool({ ...config(), connectionLimit: 4, ...options });
    ends.push(() => new Promise((resolve) => made.end(resolve)));
    return made;
  };
  const connection = async (): Promise<promised.Connection> => {
    const made = await promised.createConnection(config());
    ends.push(() => made.destroy());
    return made;
  };

  beforeAll(async () => {
    server = await startMariadb();
    proxy = await startFaultProxy(server.port);
    direct = await promised.createConnection(server.url);
    await direct.query('create table t (v int)');
    await direct.query('create table account (id int primary key, balance int)');
  });
  beforeEach(async () => {
    flag.bridge = createBridge({ operations: {} });
    for (const table of ['t', 'account']) await direct.query(`delete from ${table}`);
    configure({ retry: RETRY });
  });
  afterEach(async () => {
    proxy.calm();
    for (const end of ends.splice(0)) await end();
  });
  afterAll(async () => {
    direct?.destroy();
    await proxy?.stop();
    await server?.stop();
  });
  return {
    flag,
    get proxy() {
      return proxy;
    },
    get bridge() {
      return bridge;
    },
    get observer() {
      return observer;
    },
    configure,
    config,
    calls,
    value,
    pool,
    connection,
    onEnd: (end) => void ends.push(end),
  };
}
