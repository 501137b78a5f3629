import { type Bridge, createBridge } from '@crossbridge/core';
import { CommitOutcomeUnknown, hardenMysqlPool } from '@crossbridge/integrations/mysql2';
import fc from 'fast-check';
import * as callbacks from 'mysql2';
import { createPool, type Pool, type PoolConnection } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, beforeEach, expect, expectTypeOf, it } from 'vitest';
import { rejection } from '../../support/bridges.ts';
import type { DatabaseServer } from '../../support/database-server.ts';
import { type Fault, type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { startMariadb } from '../../support/mariadb.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { describeWithServers } from '../../support/servers.ts';

const RETRY = { maxAttempts: 4, baseDelayMs: 1, maxDelayMs: 5, exponentialBase: 2, jitter: 'none' } as const;

describeWithServers(['mariadb'], 'A hardened pool of mysql2', () => {
  let server: DatabaseServer;
  let proxy: FaultProxy;
  let direct: Pool;
  let bridge: Bridge;
  let observer: RecordingObserver;
  const pools: { end(): unknown }[] = [];
  beforeAll(async () => {
    server = await startMariadb();
    proxy = await startFaultProxy(server.port);
    direct = createPool(server.url);
    await direct.query('create table t (v int unique)');
    await direct.query('create table account (id int primary key, balance int)');
    await direct.query('create table transfer (n int)');
  });
  beforeEach(async () => {
    observer = new RecordingObserver();
    bridge = createBridge({ operations: { 'db.query': { retry: RETRY } } }, { observers: [observer] });
    for (const table of ['t', 'account', 'transfer']) await direct.query(`delete from ${table}`);
  });
  afterEach(async () => {
    proxy.calm();
    for (const pool of pools.splice(0)) await pool.end();
  });
  afterAll(async () => {
    await direct?.end();
    await proxy?.stop();
    await server?.stop();
  });
  const config = { host: '127.0.0.1', user: 'crossbridge', password: 'crossbridge', database: 'crossbridge' };
  const newPool = (limit = 4) => {
    const pool = createPool({ ...config, port: proxy.port, connectionLimit: limit });
    pools.push(pool);
    return hardenMysqlPool(pool, { bridge, acquireTimeoutMs: 2_000 });
  };
  const value = async (text: string): Promise<unknown> => {
    const [rows] = await direct.query({ sql: text, rowsAsArray: true });
    return (rows as unknown as unknown[][])[0]?.[0];
  };
  const deposit = async (connection: PoolConnection): Promise<void> => {
    await connection.query('update account set balance = balance + 100 where id = 1');
  };

  it('writes once when the reply to an INSERT is lost', async () => {
    proxy.on('insert into t', 'lose-reply');
    const error = await rejection(newPool().query('insert into t values (?)', [1]));
    expect(bridge.explain(error)).toMatchObject({ class: 'unknown_outcome' });
    expect(await value('select count(*) from t')).toBe(1);
  });

  it('repeats a statement whose connection never came about, and a read that may run twice', async () => {
    proxy.on('crossbridge', 'lose-request');
    await newPool().execute('insert into t values (?)', [1]);
    expect(await value('select count(*) from t')).toBe(1);
    proxy.on('select 41', 'lose-reply');
    const [rows] = await newPool().with({ idempotent: 'reads' }).query('select 41 as n');
    expect(rows).toEqual([{ n: 41 }]);
  });

  it('speaks with callbacks as the pool does', async () => {
    const raw = callbacks.createPool({ ...config, port: proxy.port });
    pools.push({ end: () => new Promise((resolve) => raw.end(resolve)) });
    const pool = hardenMysqlPool(raw, { bridge });
    const answer = await new Promise((resolve) =>
      pool.query('select ? as a', [1], (...args) => resolve(args.slice(0, 2))),
    );
    expect(answer).toEqual([null, [{ a: 1 }]]);
    const failed = await new Promise((resolve) => pool.execute('no sql', (error) => resolve(error)));
    expect(failed).toMatchObject({ errno: 1064 });
    const streamed: unknown[] = [];
    for await (const row of pool.query('select 5 as b').stream()) streamed.push(row);
    expect(streamed).toEqual([{ b: 5 }]);
  });

  it('refuses who gets no connection, and lets a transaction have a further one', async () => {
    const pool = newPool(1);
    await pool.tx(async () => {
      expect(await rejection(hardenMysqlPool(pool, { bridge, acquireTimeoutMs: 20 }).query('select 1'))).toMatchObject({
        code: 'bulkhead_full',
      });
    });
    const [rows] = await pool.query('select 1 as one');
    expect(rows).toEqual([{ one: 1 }]);
  });

  it('takes connections that are held past the policies for overload, too, and not for a server that is away', async () => {
    const pool = newPool(1);
    const held = await pool.getConnection();
    const error = await rejection(hardenMysqlPool(pool, { bridge, acquireTimeoutMs: 20 }).query('select 1'));
    expect(error).toMatchObject({ code: 'bulkhead_full' });
    expect(observer.ofType('attempt.ended').map(({ errorType }) => errorType)).toEqual(['bulkhead_full']);
    held.release();
  });

  it('runs a transaction again after a deadlock and after a connection lost before COMMIT', async () => {
    await direct.query('insert into account values (1, 0), (2, 0)');
    let runs = 0;
    await newPool().tx(async (connection) => {
      runs += 1;
      await deposit(connection);
      if (runs === 1) proxy.cut();
      await connection.query('select 1');
      if (runs === 2) await connection.query("signal sqlstate '40001' set mysql_errno = 1213");
    });
    expect(runs).toBe(3);
    expect(await value('select balance from account where id = 1')).toBe(100);
  });

  it('does not know what became of a transaction whose COMMIT was not answered, and does nothing twice', async () => {
    await direct.query('insert into account values (1, 0)');
    for (const fault of ['lose-reply', 'lose-request'] as const) {
      proxy.on('COMMIT', fault);
      expect(await rejection(newPool().tx(deposit))).toBeInstanceOf(CommitOutcomeUnknown);
    }
    expect(await value('select balance from account')).toBe(100);
  });

  it('gives a transaction a connection with promises, of a pool with callbacks too', async () => {
    const raw = callbacks.createPool({ ...config, port: proxy.port });
    pools.push(raw.promise());
    const pool = hardenMysqlPool(raw, { bridge });
    const rows = await pool.tx(async (connection) => {
      expectTypeOf(connection).toEqualTypeOf<PoolConnection>();
      const [found] = await connection.query('select 5 as five');
      return found;
    });
    expect(rows).toEqual([{ five: 5 }]);
  });

  it('rolls back when its callback throws, and leaves the end of the transaction to itself', async () => {
    await direct.query('insert into account values (1, 0)');
    const pool = newPool(1);
    const sorry = new Error('no');
    const failed = pool.tx(async (connection) => {
      await deposit(connection);
      throw sorry;
    });
    expect(await rejection(failed)).toBe(sorry);
    expect(await rejection(pool.tx((connection) => connection.query('commit')))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(await rejection(pool.tx((connection) => connection.commit()))).toMatchObject({ code: 'invalid_argument' });
    expect(await rejection(pool.tx((connection) => connection.query('create table x (y int)')))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(await value('select balance from account')).toBe(0);
  });

  it('kills on the server what is aborted', async () => {
    const pool = newPool(1);
    const abort = new AbortController();
    const sleeping = rejection(pool.with({ signal: abort.signal }).query('select sleep(600)'));
    const sleepers = "select count(*) from information_schema.processlist where info like 'select sleep(600%'";
    await expect.poll(() => value(sleepers)).toBe(1);
    abort.abort(new Error('enough'));
    expect(await sleeping).toBe(abort.signal.reason);
    await expect.poll(() => value(sleepers)).toBe(0);
    const [rows] = await pool.query('select 2 as two');
    expect(rows).toEqual([{ two: 2 }]);
  });

  it('keeps money exact, whatever replies and requests are lost', async () => {
    const fault = fc.constantFrom<Fault | undefined>(
      undefined,
      undefined,
      undefined,
      undefined,
      'lose-reply',
      'lose-request',
    );
    const ends: string[] = [];
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fault, { minLength: 20, maxLength: 60 }),
        async (count, plan) => {
          await direct.query('delete from account');
          await direct.query('delete from transfer');
          await direct.query('insert into account values (1, 100), (2, 100)');
          const pool = newPool();
          let at = 0;
          proxy.decide((message) => {
            if (!/COMMIT|update account|insert into transfer|START/.test(message)) return undefined;
            at += 1;
            return plan[at - 1];
          });
          const heard = await Promise.all(
            Array.from({ length: count }, async (_, n) => {
              try {
                await pool.tx(async (connection) => {
                  await connection.execute('insert into transfer values (?)', [n]);
                  await connection.query('update account set balance = balance - 1 where id = 1');
                  await connection.query('update account set balance = balance + 1 where id = 2');
                });
                return 'done';
              } catch (error) {
                return error instanceof CommitOutcomeUnknown ? 'unknown' : 'failed';
              }
            }),
          );
          proxy.calm();
          ends.push(...heard);
          // What the server has not heard of yet, it forgets with the connection.
          await expect.poll(() => value('select count(*) from information_schema.innodb_trx')).toBe(0);
          for (const [n, end] of heard.entries()) {
            const times = Number(await value(`select count(*) from transfer where n = ${n}`));
            if (end === 'unknown') expect(times).toBeLessThanOrEqual(1);
            else expect(times).toBe(end === 'done' ? 1 : 0);
          }
          const made = Number(await value('select count(*) from transfer'));
          expect(await value('select balance from account where id = 1')).toBe(100 - made);
          expect(await value('select balance from account where id = 2')).toBe(100 + made);
        },
      ),
      { numRuns: 20, seed: 20_261_124 },
    );
    // The property says something only where transfers end in all ways.
    for (const end of ['done', 'unknown']) expect(ends.filter((one) => one === end).length).toBeGreaterThan(3);
  });
});
