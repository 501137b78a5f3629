import { type Bridge, createBridge } from '@crossbridge/core';
import { hardenPostgres } from '@crossbridge/integrations/postgres';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { rejection } from '../../support/bridges.ts';
import type { DatabaseServer } from '../../support/database-server.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { startPostgres } from '../../support/postgres.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { describeWithServers } from '../../support/servers.ts';

const RETRY = { maxAttempts: 4, baseDelayMs: 1, maxDelayMs: 5, exponentialBase: 2, jitter: 'none' } as const;

describeWithServers(['postgres'], 'A hardened sql of postgres.js', () => {
  let server: DatabaseServer;
  let proxy: FaultProxy;
  let direct: postgres.Sql;
  let bridge: Bridge;
  let observer: RecordingObserver;
  const open: postgres.Sql[] = [];
  beforeAll(async () => {
    server = await startPostgres();
    proxy = await startFaultProxy(server.port);
    direct = postgres(server.url, { max: 2, onnotice: () => {} });
    await direct`create table t (v int unique)`;
    await direct`create table account (id int primary key, balance int)`;
  });
  beforeEach(async () => {
    observer = new RecordingObserver();
    bridge = createBridge({ operations: { 'db.query': { retry: RETRY } } }, { observers: [observer] });
    await direct`truncate t, account`;
    await direct`insert into account values (1, 0)`;
  });
  afterEach(async () => {
    proxy.calm();
    await Promise.all(open.splice(0).map((sql) => sql.end({ timeout: 1 })));
  });
  afterAll(async () => {
    await direct?.end();
    await proxy?.stop();
    await server?.stop();
  });
  const newSql = (max = 2) => {
    const url = `postgres://crossbridge:crossbridge@127.0.0.1:${proxy.port}/postgres`;
    const sql = postgres(url, { max, onnotice: () => {}, fetch_types: false, backoff: () => 0.01 });
    open.push(sql);
    return hardenPostgres(sql, { bridge });
  };
  const balance = async (): Promise<unknown> => (await direct`select balance from account`)[0]?.balance;
  const rows = async (): Promise<unknown> => (await direct`select count(*)::int as n from t`)[0]?.n;

  it('answers as sql does, fragments, lists and modes included, with one call each', async () => {
    const sql = newSql();
    expect([...(await sql`select ${1}::int as a`)]).toEqual([{ a: 1 }]);
    const where = sql`where v in ${sql([1, 2])}`;
    await sql`insert into t ${sql([{ v: 1 }, { v: 3 }])}`;
    expect([...(await sql`select v from t ${where}`.values())]).toEqual([[1]]);
    expect([...(await sql.unsafe('select $1::text as b', ['x']))]).toEqual([{ b: 'x' }]);
    const seen: unknown[] = [];
    for await (const [row] of sql`select v from t order by v`.cursor()) seen.push(row);
    expect(seen).toEqual([{ v: 1 }, { v: 3 }]);
    expect(observer.ofType('call.started')).toHaveLength(4);
    expect(await rejection(sql`no sql`)).toMatchObject({ name: 'PostgresError', code: '42601' });
  });

  it('writes once when the reply to an INSERT is lost', async () => {
    const sql = newSql();
    await sql`select 1`;
    proxy.on('insert into t', 'lose-reply');
    const error = await rejection(sql.unsafe('insert into t values (1)'));
    expect(bridge.explain(error)).toMatchObject({ class: 'unknown_outcome' });
    expect(await rows()).toBe(1);
  });

  it('asks a read again that may run twice', async () => {
    const sql = newSql().with({ idempotent: 'reads' });
    await sql`select 1`;
    proxy.on('select 41', 'lose-reply');
    expect([...(await sql`select 41 as n`)]).toEqual([{ n: 41 }]);
    expect(observer.ofType('retry.decided')).toMatchObject([{ decision: 'retried' }]);
  });

  it.each([
    ['is a success, done once, when the reply to COMMIT is lost', 'lose-reply', 1],
    ['is run again, and done once, when COMMIT itself is lost', 'lose-request', 2],
  ] as const)('begin %s', async (_, fault, times) => {
    const sql = newSql();
    let runs = 0;
    proxy.on('commit', fault);
    const result = await sql.begin(async (tx) => {
      runs += 1;
      await tx`update account set balance = balance + 100`;
      return 'paid in';
    });
    expect(result).toBe('paid in');
    expect(runs).toBe(times);
    expect(await balance()).toBe(100);
  });

  it('begin runs again when the connection breaks or the server rolls back', async () => {
    const sql = newSql();
    let runs = 0;
    await sql.begin('isolation level serializable', async (tx) => {
      runs += 1;
      await tx`update account set balance = balance + 100`;
      if (runs === 1) proxy.cut();
      await tx`select 1`;
      if (runs === 2) await tx.savepoint((inner) => inner`do $$ begin raise exception sqlstate '40001'; end $$`);
    });
    expect(runs).toBe(3);
    expect(await balance()).toBe(100);
  });

  it('begin passes on, once, what its callback throws, and refuses another begin inside', async () => {
    const sql = newSql();
    const sorry = Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
    const failed = sql.begin(async (tx) => {
      await tx`update account set balance = 1`;
      throw sorry;
    });
    expect(await rejection(failed)).toBe(sorry);
    expect(await balance()).toBe(0);
    const nested = sql.begin(async () => {
      await sql`select 1`;
      await sql.begin((tx) => tx`select 1`);
    });
    expect(await rejection(nested)).toMatchObject({ code: 'invalid_argument' });
  });

  it('begin takes savepoints of every kind, those that fail included', async () => {
    const sql = newSql(1);
    const values = await sql.begin(async (tx) => {
      await tx`insert into t values (1)`;
      await tx.savepoint('named', async (inner) => {
        await inner`insert into t values (2)`;
        await inner.savepoint((innermost) => innermost`insert into t values (3)`);
      });
      const tagged = tx.savepoint as unknown as (strings: TemplateStringsArray, value: number) => Promise<unknown>;
      await tagged`insert into t values (${4}::int)`;
      const failed = await rejection(tx.savepoint((inner) => [inner`insert into t values (5)`, inner`select 1 / 0`]));
      expect(failed).toMatchObject({ code: '22012' });
      return [tx`select v from t order by v`.values(), tx`select ${tx.json({ a: 1 })} as j`];
    });
    expect(values.map((rows) => [...rows])).toEqual([[[1], [2], [3], [4]], [{ j: { a: 1 } }]]);
    expect(observer.ofType('call.ended')).toHaveLength(1);
  });

  it('begin cancels on the server what runs when it is aborted, and asks nothing more', async () => {
    const sql = newSql(1);
    const abort = new AbortController();
    const asked: unknown[] = [];
    const given = rejection(
      sql.with({ signal: abort.signal }).begin(async (tx) => {
        await tx`insert into t values (1)`;
        asked.push(await rejection(tx`select pg_sleep(601)`));
        asked.push(await rejection(tx`insert into t values (2)`));
      }),
    );
    const sleepers = async (): Promise<unknown> =>
      (
        await direct`select count(*)::int as n from pg_stat_activity where query like 'select pg_sleep(601%' and state = 'active'`
      )[0]?.n;
    await expect.poll(sleepers).toBe(1);
    abort.abort(new Error('enough'));
    expect(await given).toBe(abort.signal.reason);
    await expect.poll(sleepers).toBe(0);
    await expect.poll(() => asked).toEqual([expect.objectContaining({ code: '57014' }), abort.signal.reason]);
    expect([...(await sql`select count(*)::int as n from t`)]).toEqual([{ n: 0 }]);
  });

  it('leaves reserved connections, COPY, describe, forEach and listen to postgres.js', async () => {
    const sql = newSql();
    // postgres.js itself never reserves a connection that has to be opened first, when it fetches no types.
    await sql`select 1`;
    const reserved = await sql.reserve();
    await reserved`begin`;
    await reserved`insert into t values (1)`;
    await reserved`rollback`;
    expect([...(await reserved`select count(*)::int as n from t`)]).toEqual([{ n: 0 }]);
    reserved.release();
    const copy = await sql`copy t from stdin`.writable();
    await new Promise<void>((resolve, reject) => {
      copy.on('error', reject);
      copy.on('finish', resolve);
      copy.write('1\n2\n');
      copy.end();
    });
    let text = '';
    for await (const chunk of await sql`copy (select v from t order by v) to stdout`.readable()) text += chunk;
    expect(text).toBe('1\n2\n');
    const each: unknown[] = [];
    await sql`select v from t order by v`.forEach((row) => void each.push(row));
    expect(each).toEqual([{ v: 1 }, { v: 2 }]);
    expect((await sql`select v from t`.describe()).columns.map(({ name }) => name)).toEqual(['v']);
    const heard = new Promise<string>((resolve) => {
      void sql.listen('news', resolve, () => void sql.notify('news', 'hello'));
    });
    expect(await heard).toBe('hello');
    expect(observer.ofType('call.ended')).toHaveLength(1);
  });

  it('repeats a query with all its fragments, lists and values', async () => {
    const sql = newSql().with({ idempotent: true });
    await direct`insert into t values (1), (2), (3)`;
    proxy.on('from t where', 'lose-reply', 2);
    const column = sql('v');
    const where = sql`v in ${sql([1, 3])} and ${sql`v > ${0}`}`;
    expect([...(await sql`select ${column} from t where ${where} order by v`)]).toEqual([{ v: 1 }, { v: 3 }]);
    expect(observer.ofType('retry.decided')).toHaveLength(2);
    proxy.on('insert into t', 'lose-request');
    await sql`insert into t ${sql([{ v: 8 }, { v: 9 }], 'v')} returning v`;
    expect(await rows()).toBe(5);
  });

  it('cancels on the server what is aborted, or cancelled by hand', async () => {
    const sql = newSql(1);
    const abort = new AbortController();
    const sleepers = async (): Promise<unknown> =>
      (
        await direct`select count(*)::int as n from pg_stat_activity where state = 'active' and query like 'select pg_sleep%'`
      )[0]?.n;
    const sleeping = rejection(sql.with({ signal: abort.signal })`select pg_sleep(600)`);
    await expect.poll(sleepers).toBe(1);
    abort.abort(new Error('enough'));
    expect(await sleeping).toBe(abort.signal.reason);
    await expect.poll(sleepers).toBe(0);
    const query = sql`select pg_sleep(600)`;
    const ended = rejection(query);
    await expect.poll(sleepers).toBe(1);
    query.cancel();
    expect(await ended).toMatchObject({ code: '57014' });
    expect([...(await sql`select 2 as two`)]).toEqual([{ two: 2 }]);
  });
});
