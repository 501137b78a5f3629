import mysql from 'mysql2';
import { expect, it } from 'vitest';
import { freePort } from '../../support/app.ts';
import { rejection } from '../../support/bridges.ts';
import { describeWithServers } from '../../support/servers.ts';
import { mysql2Bench, RETRY } from './mysql2-bench.ts';

describeWithServers(['mariadb'], 'A connection of mysql2 under the flag', () => {
  const bench = mysql2Bench();

  it('keeps the order of all that a single connection is asked, its end included', async () => {
    bench.configure({ rateLimit: { capacity: 1, windowSeconds: 0.05, maxWaitMs: 5_000 } });
    const raw = mysql.createConnection(bench.config());
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
    expect(await bench.value('select count(*) from t')).toBe(3);
  });

  it('returns the command itself where a single connection is free', async () => {
    const raw = mysql.createConnection(bench.config());
    const query = raw.query('select ? as a', ['x'], () => {});
    expect(query.sql).toBe("select 'x' as a");
    expect(raw.query('select ? as a', ['y'], () => {}).sql).toContain('select');
    await new Promise((resolve) => raw.end(resolve));
  });

  it('lets a transaction of a single connection in at its begin', async () => {
    const asked = await bench.connection();
    await asked.beginTransaction();
    await asked.query('insert into t values (1)');
    const error = await rejection(asked.query("signal sqlstate '40001' set mysql_errno = 1213"));
    expect(error).toMatchObject({ errno: 1213 });
    await asked.rollback();
    expect(bench.calls()).toBe(1);
    expect(bench.proxy.seen('40001')).toBe(1);
    expect(await bench.value('select count(*) from t')).toBe(0);
    await asked.query('set autocommit = 0');
    await asked.query('insert into t values (1)');
    await asked.query('rollback');
    expect(bench.calls()).toBe(2);
    await asked.query('set autocommit = 1');
    await asked.query('insert into t values (1)');
    expect(bench.calls()).toBe(3);
    expect(await bench.value('select count(*) from t')).toBe(1);
  });

  it('knows a transaction that nobody waits for', async () => {
    const raw = mysql.createConnection(bench.config());
    raw.query('start transaction');
    raw.query('insert into t values (1)', () => {});
    raw.query('insert into t values (2)', () => {});
    raw.query('rollback');
    await new Promise((resolve) => raw.query('select 1', resolve));
    expect(bench.calls()).toBe(1);
    expect(await bench.value('select count(*) from t')).toBe(0);
    await new Promise((resolve) => raw.end(resolve));
  });

  it('repeats on a single connection what was rolled back, and nothing once the connection is lost', async () => {
    const asked = await bench.connection();
    const deadlock =
      "begin not atomic if (select count(*) from t) = 0 then insert into t values (1); signal sqlstate '40001' set mysql_errno = 1213; end if; end";
    await rejection(asked.query(deadlock));
    expect(bench.observer.ofType('retry.decided').at(-1)).toMatchObject({ decision: 'not_retryable' });
    bench.configure({ retry: RETRY });
    await asked.query('create or replace table flaky (v int)');
    await asked.query(
      "create or replace trigger once before insert on flaky for each row if @failed is null then set @failed = 1; signal sqlstate '40001' set mysql_errno = 1213; end if",
    );
    await asked.query('insert into flaky values (1)');
    expect(bench.observer.ofType('retry.decided').at(-1)).toMatchObject({ decision: 'retried' });
    asked.on('error', () => {});
    bench.proxy.on('select 43', 'lose-reply');
    expect(await rejection(asked.query('select 43'))).toMatchObject({ fatal: true });
    expect(await rejection(asked.query('select 44'))).toMatchObject({
      message: expect.stringContaining('closed state'),
    });
  });

  it('does not try a connection again that never came about', async () => {
    const raw = mysql.createConnection({ ...bench.config(), port: await freePort() });
    expect(await new Promise((resolve) => raw.query('select 1', resolve))).toMatchObject({ code: 'ECONNREFUSED' });
    expect(bench.observer.ofType('attempt.ended').map(({ outcome }) => outcome)).toEqual(['error']);
  });
});
