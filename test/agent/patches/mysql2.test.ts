import { type Bridge, createBridge } from '@crossbridge/core';
import { hardenMysqlConnection, hardenMysqlPool } from '@crossbridge/integrations/mysql2';
import mysql from 'mysql2';
import promised from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { mysql2Patch } from '../../../packages/agent/src/patches/mysql2.ts';
import { type OperationInput, rejection } from '../../support/bridges.ts';
import type { DatabaseServer } from '../../support/database-server.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { startMariadb } from '../../support/mariadb.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { describeWithServers } from '../../support/servers.ts';
import { installed } from './installed.ts';

const flag = installed(mysql2Patch, 'db.query');
const retry = { maxAttempts: 4, baseDelayMs: 1, maxDelayMs: 5, exponentialBase: 2, jitter: 'none' } as const;
const LIMITED: OperationInput = { rateLimit: { capacity: 1, windowSeconds: 0.05, maxWaitMs: 5_000 } };

describeWithServers(['mariadb'], 'mysql2 under the flag', () => {
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
  const config = { host: '127.0.0.1', user: 'crossbridge', password: 'crossbridge', database: 'crossbridge' };
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
    const made = mysql.createPool({ ...config, port: proxy.port, connectionLimit: 4, ...options });
    ends.push(() => new Promise((resolve) => made.end(resolve)));
    return made;
  };
  const connection = async (): Promise<promised.Connection> => {
    const made = await promised.createConnection({ ...config, port: proxy.port });
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
    configure({ retry });
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

  it('does nothing while the config has no such operation, and begins when it has', async () => {
    flag.bridge = createBridge({ operations: { other: {} } });
    const plain = pool().promise();
    proxy.on('crossbridge', 'lose-request');
    await rejection(plain.query('select 1'));
    flag.bridge = bridge;
    proxy.on('crossbridge', 'lose-request');
    const [rows] = await pool().promise().query('select 1 as one');
    expect(rows).toEqual([{ one: 1 }]);
    expect(calls()).toBe(1);
  });

  it('writes once when the reply to an INSERT is lost, and does it again when no connection came about', async () => {
    const asked = pool().promise();
    proxy.on('insert into t', 'lose-reply');
    expect(bridge.explain(await rejection(asked.query('insert into t values (?)', [1])))).toMatchObject({
      class: 'unknown_outcome',
    });
    expect(await value('select count(*) from t')).toBe(1);
    proxy.on('crossbridge', 'lose-request', 2);
    await pool().promise().execute('insert into t values (?)', [2]);
    expect(await value('select count(*) from t')).toBe(2);
  });

  it('answers callbacks with what mysql2 answers, and returns what mysql2 returns', async () => {
    const plain = pool();
    const seen: string[] = [];
    const [answer, query] = await new Promise<[unknown[], mysql.Query]>((resolve) => {
      const asked = plain.query('select ? as a', [1], (...args) => {
        seen.push('callback');
        asked.on('end', () => resolve([args, asked]));
      });
      asked.on('fields', () => seen.push('fields'));
    });
    expect(answer).toEqual([null, [{ a: 1 }], [expect.objectContaining({ name: 'a' })]]);
    expect(seen).toEqual(['fields', 'callback']);
    expect(query.constructor.name).toBe('Query');
    expect(query.sql).toContain('select');
    expect(query).toHaveProperty('then');
    const failed = await new Promise((resolve) => plain.execute('no sql', (error) => resolve(error)));
    expect(failed).toMatchObject({ errno: 1064, sql: 'no sql' });
    const bound = await new Promise((resolve) => plain.execute('select ? as a', [undefined as never], resolve));
    expect(bound).toBeInstanceOf(TypeError);
    const rows: unknown[] = [];
    for await (const row of plain.query('select 5 as b union select 6').stream()) rows.push(row);
    expect(rows).toEqual([{ b: 5 }, { b: 6 }]);
    expect(await new Promise((resolve) => plain.query('select 7 as c').on('result', resolve))).toEqual({ c: 7 });
    expect(
      await new Promise((resolve) => plain.query({ sql: 'select 8', rowsAsArray: true }, (_, found) => resolve(found))),
    ).toEqual([[8]]);
  });

  it('knows the words of a pool that gives no connection, and takes them for no failure of the server', async () => {
    configure({ retry: null, circuitBreaker: { consecutiveFailures: 1, openForMs: 60_000 } });
    const asked = pool({ connectionLimit: 1, waitForConnections: false }).promise();
    const held = await asked.getConnection();
    expect(await rejection(asked.query('select 1'))).toMatchObject({ message: 'No connections available.' });
    held.release();
    const [rows] = await asked.query('select 1 as one');
    expect(rows).toEqual([{ one: 1 }]);
  });

  it('lets as many wait for a connection as the pool lets', async () => {
    const asked = pool({ connectionLimit: 1 }).promise();
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, n) => asked.query({ sql: 'select ?', rowsAsArray: true }, [n])),
    );
    expect(all.map(([rows]) => (rows as unknown[][])[0]?.[0])).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  it('has policies for coming by a connection, and none for what is asked of it', async () => {
    const asked = pool().promise();
    proxy.on('crossbridge', 'lose-request');
    const held = await asked.getConnection();
    expect(held.constructor.name).toBe('PromisePoolConnection');
    await held.beginTransaction();
    await held.query('insert into t values (1)');
    await held.execute('insert into t values (?)', [2]);
    await held.rollback();
    held.release();
    expect(calls()).toBe(1);
    expect(observer.ofType('attempt.ended')).toHaveLength(2);
    expect(await value('select count(*) from t')).toBe(0);
  });

  it('refuses with an open breaker without asking the server', async () => {
    configure({ circuitBreaker: { consecutiveFailures: 2, openForMs: 60_000 } });
    const asked = pool().promise();
    for (let n = 0; n < 2; n += 1) {
      proxy.on('select 42', 'lose-reply');
      await rejection(asked.query('select 42'));
    }
    const before = proxy.seen('select 42');
    expect(await rejection(asked.query('select 42'))).toMatchObject({ code: 'circuit_open' });
    expect(await rejection(asked.getConnection())).toMatchObject({ code: 'circuit_open' });
    expect(proxy.seen('select 42')).toBe(before);
  });

  it('takes servers of a PoolCluster as pools', async () => {
    const cluster = mysql.createPoolCluster();
    ends.push(() => new Promise((resolve) => cluster.end(resolve)));
    cluster.add('one', { ...config, port: proxy.port });
    proxy.on('crossbridge', 'lose-request');
    const rows = await new Promise((resolve, reject) => {
      cluster.of('*').query('select 9 as nine', (error, found) => (error ? reject(error) : resolve(found)));
    });
    expect(rows).toEqual([{ nine: 9 }]);
    expect(calls()).toBe(1);
    expect(observer.ofType('attempt.ended')).toHaveLength(2);
  });

  it('kills on the server what takes too long, and goes on', async () => {
    configure({ timeout: { attemptMs: 100 } });
    const sleepers = "select count(*) from information_schema.processlist where info like 'select sleep(600%'";
    for (const asked of [pool({ connectionLimit: 1 }).promise(), await connection()]) {
      expect(await rejection(asked.query('select sleep(600)'))).toMatchObject({ code: 'attempt_timeout' });
      await expect.poll(() => value(sleepers)).toBe(0);
      const [rows] = await asked.query('select 2 as two');
      expect(rows).toEqual([{ two: 2 }]);
    }
  });

  it('keeps the order of all that a single connection is asked, its end included', async () => {
    configure(LIMITED);
    const raw = mysql.createConnection({ ...config, port: proxy.port });
    const order: string[] = [];
    const note = (name: string) => (error: unknown) => void order.push(error ? `${name}: ${error}` : name);
    raw.query('insert into t values (1)', note('a'));
    raw.query('insert into t values (2)', note('b'));
    raw.ping(note('ping'));
    const streamed = raw.query('select v from t').on('result', () => order.push('row'));
    expect(streamed.constructor.name).toBe('Query');
    raw.execute('insert into t values (?)', [3], note('c'));
    raw.prepare('select 1', note('prepared'));
    await new Promise((resolve) => raw.end(resolve));
    expect(order).toEqual(['a', 'b', 'ping', 'row', 'row', 'c', 'prepared']);
    expect(await value('select count(*) from t')).toBe(3);
  });

  it('returns the command itself where a single connection is free', async () => {
    const raw = mysql.createConnection({ ...config, port: proxy.port });
    const query = raw.query('select ? as a', ['x'], () => {});
    expect(query.sql).toBe("select 'x' as a");
    expect(raw.query('select ? as a', ['y'], () => {}).sql).toContain('select');
    await new Promise((resolve) => raw.end(resolve));
  });

  it('lets a transaction of a single connection in at its begin', async () => {
    const asked = await connection();
    await asked.beginTransaction();
    await asked.query('insert into t values (1)');
    const error = await rejection(asked.query("signal sqlstate '40001' set mysql_errno = 1213"));
    expect(error).toMatchObject({ errno: 1213 });
    await asked.rollback();
    expect(calls()).toBe(1);
    expect(proxy.seen('40001')).toBe(1);
    expect(await value('select count(*) from t')).toBe(0);
    await asked.query('set autocommit = 0');
    await asked.query('insert into t values (1)');
    await asked.query('rollback');
    expect(calls()).toBe(2);
    await asked.query('set autocommit = 1');
    await asked.query('insert into t values (1)');
    expect(calls()).toBe(3);
    expect(await value('select count(*) from t')).toBe(1);
  });

  it('knows a transaction that nobody waits for', async () => {
    const raw = mysql.createConnection({ ...config, port: proxy.port });
    raw.query('start transaction');
    raw.query('insert into t values (1)', () => {});
    raw.query('insert into t values (2)', () => {});
    raw.query('rollback');
    await new Promise((resolve) => raw.query('select 1', resolve));
    expect(calls()).toBe(1);
    expect(await value('select count(*) from t')).toBe(0);
    await new Promise((resolve) => raw.end(resolve));
  });

  it('repeats on a single connection what was rolled back, and nothing once the connection is lost', async () => {
    const asked = await connection();
    const deadlock =
      "begin not atomic if (select count(*) from t) = 0 then insert into t values (1); signal sqlstate '40001' set mysql_errno = 1213; end if; end";
    await rejection(asked.query(deadlock));
    expect(observer.ofType('retry.decided').at(-1)).toMatchObject({ decision: 'not_retryable' });
    configure({ retry });
    await asked.query('create or replace table flaky (v int)');
    await asked.query(
      "create or replace trigger once before insert on flaky for each row if @failed is null then set @failed = 1; signal sqlstate '40001' set mysql_errno = 1213; end if",
    );
    await asked.query('insert into flaky values (1)');
    expect(observer.ofType('retry.decided').at(-1)).toMatchObject({ decision: 'retried' });
    asked.on('error', () => {});
    proxy.on('select 43', 'lose-reply');
    expect(await rejection(asked.query('select 43'))).toMatchObject({ fatal: true });
    expect(await rejection(asked.query('select 44'))).toMatchObject({
      message: expect.stringContaining('closed state'),
    });
  });

  it('leaves pools and connections that were hardened by hand to that', async () => {
    const options = { bridge, key: 'hand' };
    const hardened = hardenMysqlPool(pool().promise(), options);
    proxy.on('crossbridge', 'lose-request');
    await hardened.query('insert into t values (1)');
    await hardened.tx(async (held) => {
      await held.query('insert into t values (2)');
    });
    const single = hardenMysqlConnection(await connection(), options);
    await single.query('insert into t values (3)');
    await single.beginTransaction();
    await single.query('insert into t values (4)');
    await single.commit();
    expect(await value('select count(*) from t')).toBe(4);
    expect(observer.ofType('call.started').map(({ call }) => call.key)).toEqual(Array(4).fill('hand'));
  });
});
