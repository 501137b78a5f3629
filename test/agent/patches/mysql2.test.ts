import { createBridge } from '@crossbridge/core';
import { hardenMysqlConnection, hardenMysqlPool } from '@crossbridge/integrations/mysql2';
import mysql from 'mysql2';
import { expect, it } from 'vitest';
import { rejection } from '../../support/bridges.ts';
import { describeWithServers } from '../../support/servers.ts';
import { mysql2Bench } from './mysql2-bench.ts';

describeWithServers(['mariadb'], 'A pool of mysql2 under the flag', () => {
  const bench = mysql2Bench();

  it('does nothing while the config has no such operation, and begins when it has', async () => {
    bench.flag.bridge = createBridge({ operations: { other: {} } });
    const plain = bench.pool().promise();
    bench.proxy.on('crossbridge', 'lose-request');
    await rejection(plain.query('select 1'));
    bench.flag.bridge = bench.bridge;
    bench.proxy.on('crossbridge', 'lose-request');
    const [rows] = await bench.pool().promise().query('select 1 as one');
    expect(rows).toEqual([{ one: 1 }]);
    expect(bench.calls()).toBe(1);
  });

  it('writes once when the reply to an INSERT is lost, and does it again when no connection came about', async () => {
    const asked = bench.pool().promise();
    bench.proxy.on('insert into t', 'lose-reply');
    expect(bench.bridge.explain(await rejection(asked.query('insert into t values (?)', [1])))).toMatchObject({
      class: 'unknown_outcome',
    });
    expect(await bench.value('select count(*) from t')).toBe(1);
    bench.proxy.on('crossbridge', 'lose-request', 2);
    await bench.pool().promise().execute('insert into t values (?)', [2]);
    expect(await bench.value('select count(*) from t')).toBe(2);
  });

  it('answers callbacks with what mysql2 answers, and returns what mysql2 returns', async () => {
    const plain = bench.pool();
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
    bench.configure({ retry: null, circuitBreaker: { consecutiveFailures: 1, openForMs: 60_000 } });
    const asked = bench.pool({ connectionLimit: 1, waitForConnections: false }).promise();
    const held = await asked.getConnection();
    expect(await rejection(asked.query('select 1'))).toMatchObject({ message: 'No connections available.' });
    held.release();
    const [rows] = await asked.query('select 1 as one');
    expect(rows).toEqual([{ one: 1 }]);
  });

  it('lets as many wait for a connection as the pool lets', async () => {
    const asked = bench.pool({ connectionLimit: 1 }).promise();
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, n) => asked.query({ sql: 'select ?', rowsAsArray: true }, [n])),
    );
    expect(all.map(([rows]) => (rows as unknown[][])[0]?.[0])).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  it('has policies for coming by a connection, and none for what is asked of it', async () => {
    const asked = bench.pool().promise();
    bench.proxy.on('crossbridge', 'lose-request');
    const held = await asked.getConnection();
    expect(held.constructor.name).toBe('PromisePoolConnection');
    await held.beginTransaction();
    await held.query('insert into t values (1)');
    await held.execute('insert into t values (?)', [2]);
    await held.rollback();
    held.release();
    expect(bench.calls()).toBe(1);
    expect(bench.observer.ofType('attempt.ended')).toHaveLength(2);
    expect(await bench.value('select count(*) from t')).toBe(0);
  });

  it('refuses with an open breaker without asking the server', async () => {
    bench.configure({ circuitBreaker: { consecutiveFailures: 2, openForMs: 60_000 } });
    const asked = bench.pool().promise();
    for (let n = 0; n < 2; n += 1) {
      bench.proxy.on('select 42', 'lose-reply');
      await rejection(asked.query('select 42'));
    }
    const before = bench.proxy.seen('select 42');
    expect(await rejection(asked.query('select 42'))).toMatchObject({ code: 'circuit_open' });
    expect(await rejection(asked.getConnection())).toMatchObject({ code: 'circuit_open' });
    expect(bench.proxy.seen('select 42')).toBe(before);
  });

  it('takes servers of a PoolCluster as pools', async () => {
    const cluster = mysql.createPoolCluster();
    bench.onEnd(() => new Promise((resolve) => cluster.end(resolve)));
    cluster.add('one', bench.config());
    bench.proxy.on('crossbridge', 'lose-request');
    const rows = await new Promise((resolve, reject) => {
      cluster.of('*').query('select 9 as nine', (error, found) => (error ? reject(error) : resolve(found)));
    });
    expect(rows).toEqual([{ nine: 9 }]);
    expect(bench.calls()).toBe(1);
    expect(bench.observer.ofType('attempt.ended')).toHaveLength(2);
  });

  it('kills on the server what takes too long, and goes on', async () => {
    bench.configure({ timeout: { attemptMs: 100 } });
    const sleepers = "select count(*) from information_schema.processlist where info like 'select sleep(600%'";
    for (const asked of [bench.pool({ connectionLimit: 1 }).promise(), await bench.connection()]) {
      expect(await rejection(asked.query('select sleep(600)'))).toMatchObject({ code: 'attempt_timeout' });
      await expect.poll(() => bench.value(sleepers)).toBe(0);
      const [rows] = await asked.query('select 2 as two');
      expect(rows).toEqual([{ two: 2 }]);
    }
  });

  it('counts one call for each, also where the pool asks itself for a connection in the place of one that broke', async () => {
    bench.configure({ retry: null });
    const asked = bench.pool({ connectionLimit: 1 }).promise();
    bench.proxy.on('select 45', 'lose-reply');
    const both = [rejection(asked.query('select 45')), asked.query('select 46 as n')] as const;
    expect(await both[0]).toMatchObject({ fatal: true });
    expect((await both[1])[0]).toEqual([{ n: 46 }]);
    expect(bench.calls()).toBe(2);
  });

  it('leaves pools and connections that were hardened by hand to that', async () => {
    const options = { bridge: bench.bridge, key: 'hand' };
    const hardened = hardenMysqlPool(bench.pool().promise(), options);
    bench.proxy.on('crossbridge', 'lose-request');
    await hardened.query('insert into t values (1)');
    await hardened.tx(async (held) => {
      await held.query('insert into t values (2)');
    });
    const single = hardenMysqlConnection(await bench.connection(), options);
    await single.query('insert into t values (3)');
    await single.beginTransaction();
    await single.query('insert into t values (4)');
    await single.commit();
    expect(await bench.value('select count(*) from t')).toBe(4);
    expect(bench.observer.ofType('call.started').map(({ call }) => call.key)).toEqual(Array(4).fill('hand'));
  });
});
