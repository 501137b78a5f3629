import { type Bridge, createBridge } from '@crossbridge/core';
import { hardenMysqlConnection } from '@crossbridge/integrations/mysql2';
import mysql from 'mysql2';
import promised from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type OperationInput, rejection } from '../../support/bridges.ts';
import type { DatabaseServer } from '../../support/database-server.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { startMariadb } from '../../support/mariadb.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { describeWithServers } from '../../support/servers.ts';

const retry = { maxAttempts: 4, baseDelayMs: 1, maxDelayMs: 5, exponentialBase: 2, jitter: 'none' } as const;

describeWithServers(['mariadb'], 'A hardened connection of mysql2', () => {
  let server: DatabaseServer;
  let proxy: FaultProxy;
  let direct: promised.Connection;
  let bridge: Bridge;
  let observer: RecordingObserver;
  const open: { destroy(): void }[] = [];
  const configure = (operation: OperationInput): void => {
    observer = new RecordingObserver();
    bridge = createBridge({ operations: { 'db.query': operation } }, { observers: [observer] });
  };
  const address = () => ({
    host: '127.0.0.1',
    port: proxy.port,
    user: 'crossbridge',
    password: 'crossbridge',
    database: 'crossbridge',
  });
  const calls = (): number => observer.ofType('call.started').length;
  const count = async (): Promise<unknown> => {
    const [rows] = await direct.query({ sql: 'select count(*) from t', rowsAsArray: true });
    return (rows as unknown as number[][])[0]?.[0];
  };
  const withPromises = async () => {
    const connection = await promised.createConnection(address());
    open.push(connection);
    return hardenMysqlConnection(connection, { bridge });
  };
  const withCallbacks = () => {
    const connection = mysql.createConnection(address());
    open.push(connection);
    return hardenMysqlConnection(connection, { bridge });
  };

  beforeAll(async () => {
    server = await startMariadb();
    proxy = await startFaultProxy(server.port);
    direct = await promised.createConnection(server.url);
    await direct.query('create table t (v int)');
  });
  beforeEach(async () => {
    configure({ retry });
    await direct.query('delete from t');
  });
  afterEach(() => {
    proxy.calm();
    for (const connection of open.splice(0)) connection.destroy();
  });
  afterAll(async () => {
    direct?.destroy();
    await proxy?.stop();
    await server?.stop();
  });

  it('is a connection of mysql2, and answers in all its ways', async () => {
    const connection = withCallbacks();
    expect(connection).toBeInstanceOf(mysql.Connection);
    const query = connection.query('select ? as a', [1], () => {});
    expect(query.sql).toBe('select 1 as a');
    const told = await new Promise((resolve) => connection.execute('select 2 as b', (_, rows) => resolve(rows)));
    expect(told).toEqual([{ b: 2 }]);
    const rows: unknown[] = [];
    for await (const row of connection.query('select 3 as c').stream()) rows.push(row);
    expect(rows).toEqual([{ c: 3 }]);
    const [found] = await connection.promise().query('select 4 as d');
    expect(found).toEqual([{ d: 4 }]);
    expect(calls()).toBe(3);
    expect(() => hardenMysqlConnection({} as never, { bridge })).toThrow('a connection of mysql2');
  });

  it('lets a transaction in at its begin, and repeats nothing in it', async () => {
    const connection = await withPromises();
    await connection.beginTransaction();
    await connection.query('insert into t values (1)');
    expect(await rejection(connection.query("signal sqlstate '40001' set mysql_errno = 1213"))).toMatchObject({
      errno: 1213,
    });
    await connection.rollback();
    expect(calls()).toBe(1);
    expect(proxy.seen('40001')).toBe(1);
    expect(await count()).toBe(0);
  });

  it('knows a transaction that was begun without waiting for it, and keeps the order of what policies hold back', async () => {
    configure({ rateLimit: { capacity: 1, windowSeconds: 0.05, maxWaitMs: 5_000 } });
    const connection = await withPromises();
    const order: string[] = [];
    const all = ['select 1', 'select 2', 'begin', 'insert into t values (1)', 'rollback', 'select 3'];
    await Promise.all(all.map((text) => connection.query(text).then(() => order.push(text))));
    expect(order).toEqual(all);
    expect(calls()).toBe(4);
    expect(await count()).toBe(0);
  });

  it('never repeats what the connection was lost with, and does not end the process when it breaks', async () => {
    const connection = await withPromises();
    proxy.on('insert into t', 'lose-reply');
    expect(await rejection(connection.query('insert into t values (1)'))).toMatchObject({ code: 'ECONNRESET' });
    expect(observer.ofType('attempt.ended')).toHaveLength(1);
    expect(await count()).toBe(1);
    const idle = withCallbacks();
    await new Promise((resolve) => idle.ping(resolve));
    const ended = new Promise((resolve) => idle.on('error', resolve));
    proxy.cut();
    await ended;
  });

  it('kills what is aborted, and only that', async () => {
    const connection = await withPromises();
    const abort = new AbortController();
    const sleeping = rejection(connection.with({ signal: abort.signal }).query('select sleep(600)'));
    const next = connection.query('select sleep(0.05), 2 as two');
    await expect.poll(() => proxy.seen('sleep(600)')).toBe(1);
    abort.abort(new Error('enough'));
    expect(await sleeping).toBe(abort.signal.reason);
    const [rows] = await next;
    expect(rows).toMatchObject([{ two: 2 }]);
  });
});
