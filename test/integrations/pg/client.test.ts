import { createRequire } from 'node:module';
import { type HardenedPgClient, hardenPgClient } from '@crossbridge/integrations/pg';
import type { Client } from 'pg';
import { afterEach, expect, it } from 'vitest';
import { rejection } from '../../support/bridges.ts';
import { pg } from '../../support/pg.ts';
import { describeWithServers } from '../../support/servers.ts';
import { pgBench, RETRIES } from './bench.ts';

const Cursor = createRequire(import.meta.url)('pg-cursor') as typeof import('pg-cursor');

describeWithServers(['postgres'], 'A hardened client of pg', () => {
  const bench = pgBench();
  const clients: Client[] = [];
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
  });
  const connected = async (options = ''): Promise<Client & HardenedPgClient<Client>> => {
    const connection = {
      user: 'crossbridge',
      password: 'crossbridge',
      database: 'postgres',
      host: '127.0.0.1',
      options,
    };
    const client = new pg.Client({ ...connection, port: bench.proxy.port });
    clients.push(client);
    const hardened = hardenPgClient(client, { bridge: bench.bridge });
    expect(await hardened.connect()).toBe(hardened);
    return hardened;
  };
  const calls = (): number => bench.observer.ofType('call.started').length;

  it('is a client of pg, and answers in all its ways', async () => {
    const client = await connected();
    expect(client).toBeInstanceOf(pg.Client);
    expect((await client.query('select $1::int as a', [1])).rows).toEqual([{ a: 1 }]);
    const called = await new Promise((resolve) => client.query('select 2 as b', (_, result) => resolve(result.rows)));
    expect(called).toEqual([{ b: 2 }]);
    const cursor = client.query(new Cursor('select * from generate_series(1, 3) as n'));
    expect(await cursor.read(9)).toHaveLength(3);
    expect(calls()).toBe(2);
  });

  it('lets a transaction in at its BEGIN, and repeats nothing in it', async () => {
    const client = await connected();
    await client.query('begin');
    await client.query('insert into t (v) values (1)');
    const error = await rejection(client.query("do $$ begin raise exception sqlstate '40001'; end $$"));
    expect(error).toMatchObject({ code: '40001' });
    await client.query('rollback');
    expect(calls()).toBe(1);
    expect(bench.proxy.seen('40001')).toBe(1);
    expect(await bench.value('select count(*)::int from t')).toBe(0);
  });

  it('knows a transaction that was begun without waiting for it', async () => {
    const client = await connected();
    const all = ['begin', 'insert into t (v) values (1)', 'insert into t (v) values (2)', 'rollback', 'select 1'];
    await Promise.all(all.map((text) => client.query(text)));
    expect(calls()).toBe(2);
    expect(await bench.value('select count(*)::int from t')).toBe(0);
  });

  it('keeps the order of statements that the policies hold back', async () => {
    bench.configure({ ...RETRIES, rateLimit: { capacity: 1, windowSeconds: 0.05, maxWaitMs: 5_000 } } as never);
    const client = await connected();
    const order: string[] = [];
    const ask = async (name: string, text: string): Promise<void> => {
      await client.query(text);
      order.push(name);
    };
    await Promise.all([
      ask('a', 'select 1'),
      ask('b', 'select 2'),
      ask('begin', 'begin'),
      ask('c', 'insert into t (v) values (1)'),
      ask('rollback', 'rollback'),
    ]);
    expect(order).toEqual(['a', 'b', 'begin', 'c', 'rollback']);
    expect(await bench.value('select count(*)::int from t')).toBe(0);
  });

  it('repeats a statement of its own that was rolled back, and none whose reply was lost', async () => {
    const client = await connected();
    await bench.direct.query(
      "create or replace function fail_once() returns trigger language plpgsql as $$ begin if nextval('t_id_seq') % 2 = 0 then raise exception sqlstate '40001'; end if; return new; end $$",
    );
    await bench.direct.query("select setval('t_id_seq', 10)");
    await bench.direct.query(
      'create or replace trigger fail_once before update on account for each row execute function fail_once()',
    );
    await bench.direct.query('insert into account values (1, 0)');
    for (let n = 0; n < 4; n += 1) await client.query('update account set balance = balance + 1');
    expect(await bench.value('select balance from account')).toBe(4);
    expect(bench.observer.ofType('retry.decided').length).toBeGreaterThan(1);
    await bench.direct.query('drop trigger fail_once on account');
    bench.proxy.on('insert into t', 'lose-reply');
    expect(await rejection(client.query('insert into t (v) values (1)'))).toMatchObject({ code: 'ECONNRESET' });
    expect(await bench.value('select count(*)::int from t')).toBe(1);
  });

  it('cancels what is aborted, and only that', async () => {
    const client = await connected();
    const abort = new AbortController();
    const sleeping = rejection(client.with({ signal: abort.signal }).query('select pg_sleep(600)'));
    const next = client.query('select pg_sleep(0.05), 2 as two');
    await expect
      .poll(() =>
        bench.value(
          "select count(*)::int from pg_stat_activity where state = 'active' and query like 'select pg_sleep(600%'",
        ),
      )
      .toBe(1);
    abort.abort(new Error('enough'));
    expect(await sleeping).toBe(abort.signal.reason);
    expect((await next).rows).toMatchObject([{ two: 2 }]);
  });

  it('does not end the process when it breaks', async () => {
    const client = await connected();
    const ended = new Promise<void>((resolve) => client.on('end', resolve));
    bench.proxy.cut();
    await ended;
    expect(await rejection(client.query('select 1'))).toMatchObject({
      message: expect.stringContaining('not queryable'),
    });
  });
});
