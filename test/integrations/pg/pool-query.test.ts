import { attemptsOf } from '@crossbridge/core';
import { expect, it } from 'vitest';
import { rejection } from '../../support/bridges.ts';
import { describeWithServers } from '../../support/servers.ts';
import { pgBench } from './bench.ts';

const INSERT = 'insert into t (v) values ($1)';

describeWithServers(['postgres'], 'A query on a hardened pool', () => {
  const bench = pgBench();

  it('is written once when the reply to an INSERT is lost, and the driver says so itself', async () => {
    const pool = bench.pool();
    bench.proxy.on('insert into t', 'lose-reply');
    const error = await rejection(pool.query(INSERT, [1]));
    expect(error).toMatchObject({ code: 'ECONNRESET' });
    expect(bench.bridge.explain(error)).toMatchObject({ class: 'unknown_outcome' });
    expect(await bench.value('select count(*)::int from t')).toBe(1);
    expect(bench.proxy.seen('insert into t')).toBe(1);
  });

  it('is repeated after a lost reply when it is said to be idempotent', async () => {
    const pool = bench.pool().with({ idempotent: true });
    bench.proxy.on('insert into t', 'lose-reply');
    await pool.query(`${INSERT} on conflict (v) do nothing`, [1]);
    expect(await bench.value('select count(*)::int from t')).toBe(1);
    expect(bench.proxy.seen('on conflict')).toBe(2);
  });

  it('is not repeated just because it is a SELECT', async () => {
    bench.proxy.on('select 41', 'lose-reply');
    const error = await rejection(bench.pool().query('select 41'));
    expect(attemptsOf(error)).toHaveLength(1);
  });

  it.each([
    ['select 42 as answer', 2],
    ["select 42 as answer, nextval('t_id_seq')", 1],
    ['select 42 as answer from t for update', 1],
    ['with w as (insert into t (v) values (42) returning v) select * from w', 1],
  ])('with idempotent: reads, after a lost reply: %s is sent %i times', async (text, times) => {
    const pool = bench.pool({}, { idempotent: 'reads' });
    const before = bench.proxy.seen(text);
    bench.proxy.on(text, 'lose-reply');
    await pool.query(text).catch(() => {});
    expect(bench.proxy.seen(text) - before).toBe(times);
  });

  it('is repeated when no connection came about, whatever it writes', async () => {
    const pool = bench.pool();
    // The first message of a connection names the user.
    bench.proxy.on('crossbridge', 'lose-request', 2);
    await pool.query(INSERT, [1]);
    expect(await bench.value('select count(*)::int from t')).toBe(1);
    expect(bench.observer.events.filter(({ type }) => type === 'retry.decided')).toHaveLength(2);
  });

  it('is repeated when the server has rolled it back as a deadlock', async () => {
    await bench.direct.query('insert into account values (1, 0), (2, 0)');
    const pool = bench.pool({ options: '-c deadlock_timeout=500ms' });
    const other = await bench.direct.connect();
    await other.query("set deadlock_timeout = '10s'");
    await other.query('begin; update account set balance = balance + 1 where id = 2');
    const both = 'update account set balance = balance + 10 where id = any(array[1, 2])';
    const ours = pool.query(both);
    await expect
      .poll(() => bench.value("select count(*)::int from pg_stat_activity where wait_event_type = 'Lock'"))
      .toBe(1);
    await other.query('update account set balance = balance + 1 where id = 1; commit');
    other.release();
    await ours;
    expect((await bench.direct.query('select balance from account')).rows).toEqual([{ balance: 11 }, { balance: 11 }]);
    expect(bench.observer.events).toContainEqual(
      expect.objectContaining({ type: 'retry.decided', decision: 'retried', errorType: '40P01' }),
    );
  });

  it('with a commit in its midst is not repeated when it is rolled back after that', async () => {
    const pool = bench.pool();
    const text = "insert into t (v) values (7); commit; do $$ begin raise exception sqlstate '40001'; end $$";
    expect(await rejection(pool.query(text))).toMatchObject({ code: '40001' });
    expect(bench.proxy.seen('values (7)')).toBe(1);
    const procedure = "do $$ begin insert into t (v) values (8); commit; raise exception sqlstate '40001'; end $$";
    expect(await rejection(pool.query(procedure))).toMatchObject({ code: '40001' });
    expect(await bench.value('select count(*)::int from t')).toBe(2);
  });

  it('costs no connection when the server answers with an error', async () => {
    const pool = bench.pool({ max: 1 });
    await pool.query(INSERT, [1]);
    const pid = (await pool.query('select pg_backend_pid() as pid')).rows[0].pid;
    for (const text of [INSERT, 'no sql']) await rejection(pool.query(text, text === INSERT ? [1] : []));
    expect((await pool.query('select pg_backend_pid() as pid')).rows[0].pid).toBe(pid);
  });

  it('leaves no failed transaction behind on the connections of others', async () => {
    const pool = bench.pool({ max: 1 });
    await rejection(pool.query('begin; select 1 / 0'));
    await pool.query(INSERT, [1]);
    expect(await bench.value('select count(*)::int from t')).toBe(1);
  });

  it('speaks with callbacks, configs, names and arrays as the pool does', async () => {
    const pool = bench.pool();
    const called = await new Promise((resolve) => {
      const returned = pool.query('select $1::int as a', [1], (error, result) =>
        resolve([error, result.rows, returned]),
      );
    });
    expect(called).toEqual([null, [{ a: 1 }], undefined]);
    const failed = await new Promise((resolve) => pool.query('no sql', (error: unknown) => resolve(error)));
    expect(failed).toMatchObject({ code: '42601' });
    for (const value of [2, 3]) {
      const named = { name: 'twice', text: 'select $1::int * 2', values: [value], rowMode: 'array' as const };
      expect((await pool.query(named)).rows).toEqual([[2 * value]]);
    }
  });

  it('is cancelled on the server when it is aborted, and its connection is closed', async () => {
    const pool = bench.pool({ max: 1 });
    await pool.query('select 1');
    const abort = new AbortController();
    const sleeping = rejection(pool.with({ signal: abort.signal }).query('select pg_sleep(600)'));
    const sleepers =
      "select count(*)::int from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'";
    await expect.poll(() => bench.value(sleepers)).toBe(1);
    const reason = new Error('enough');
    abort.abort(reason);
    expect(await sleeping).toBe(reason);
    await expect.poll(() => bench.value(sleepers)).toBe(0);
    expect((await pool.query('select 2 as two')).rows).toEqual([{ two: 2 }]);
    expect(pool.totalCount).toBe(1);
  });

  it.each([
    ['its attempt timeout', { timeout: { attemptMs: 300 } }, {}],
    ["pg's own query_timeout", {}, { query_timeout: 300 }],
  ])('is cancelled on the server at %s', async (_, operation, config) => {
    bench.configure(operation);
    const pool = bench.pool({ max: 1, ...config });
    const text = `select pg_sleep(600), '${_.slice(0, 3)}'`;
    await rejection(pool.query(text));
    await expect
      .poll(() =>
        bench.value(
          `select count(*)::int from pg_stat_activity where state = 'active' and query like 'select pg_sleep%'`,
        ),
      )
      .toBe(0);
    expect((await pool.query('select 2 as two')).rows).toEqual([{ two: 2 }]);
  });

  it('survives a server that is killed and comes back while it is asked', async () => {
    bench.configure({
      retry: { maxAttempts: 60, baseDelayMs: 50, maxDelayMs: 200, exponentialBase: 2, jitter: 'none' },
    });
    const pool = bench.pool({}, { idempotent: 'reads' });
    await pool.query('select 1');
    await bench.server.kill();
    const answer = pool.query('select 3 as three');
    await bench.server.restart();
    expect((await answer).rows).toEqual([{ three: 3 }]);
  });

  it('does not end the process when idle connections break', async () => {
    const pool = bench.pool();
    await pool.query('select 1');
    bench.proxy.cut();
    await expect.poll(() => pool.totalCount).toBe(0);
    expect((await pool.query('select 5 as five')).rows).toEqual([{ five: 5 }]);
  });
});
