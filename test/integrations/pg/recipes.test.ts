import { withDatabaseRetry } from '@crossbridge/integrations/database';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, serial } from 'drizzle-orm/pg-core';
import knexFactory from 'knex';
import { type Generated, Kysely, PostgresDialect, sql } from 'kysely';
import { expect, it } from 'vitest';
import { rejection } from '../../support/bridges.ts';
import { describeWithServers } from '../../support/servers.ts';
import { pgBench } from './bench.ts';

const t = pgTable('t', { id: serial().primaryKey(), v: integer() });

describeWithServers(['postgres'], 'Query builders on a hardened pool', () => {
  const bench = pgBench();
  const rows = (): Promise<unknown> => bench.value('select count(*)::int from t');

  it('Drizzle: a lost reply to an INSERT is reported once, and understood through its cause', async () => {
    const db = drizzle(bench.pool());
    await db.insert(t).values({ v: 1 });
    bench.proxy.on('insert into "t"', 'lose-reply');
    const error = await rejection(db.insert(t).values({ v: 2 }).execute());
    expect(error).toMatchObject({ message: expect.stringContaining('Failed query'), cause: { code: 'ECONNRESET' } });
    expect(bench.bridge.explain(error)).toMatchObject({ class: 'unknown_outcome' });
    expect(await rows()).toBe(2);
    expect(await db.select().from(t)).toHaveLength(2);
  });

  it('Drizzle: a violated constraint is permanent, and one failed connection is tried again', async () => {
    const db = drizzle(bench.pool());
    bench.proxy.on('crossbridge', 'lose-request');
    await db.insert(t).values({ v: 1 });
    const error = await rejection(db.insert(t).values({ v: 1 }).execute());
    expect(bench.bridge.explain(error)).toMatchObject({ class: 'permanent', rule: 'constraint violated: 23505' });
  });

  it('Drizzle: reads are repeated through a view for reads', async () => {
    const reads = drizzle(bench.pool().with({ idempotent: 'reads' }));
    bench.proxy.on('from "t"', 'lose-reply');
    expect(await reads.select().from(t)).toEqual([]);
  });

  it('Drizzle: inside tx it is part of a transaction whose lost COMMIT is resolved', async () => {
    bench.proxy.on('COMMIT', 'lose-reply');
    const pool = bench.pool();
    let runs = 0;
    const added = await pool.tx(async (client) => {
      runs += 1;
      const db = drizzle(client);
      return db
        .insert(t)
        .values([{ v: 1 }, { v: 2 }])
        .returning({ v: t.v });
    });
    expect(added).toEqual([{ v: 1 }, { v: 2 }]);
    expect(runs).toBe(1);
    expect(await rows()).toBe(2);
  });

  it('Drizzle: inside tx a serialization failure that it wraps runs the callback again', async () => {
    let runs = 0;
    await bench.pool().tx(async (client) => {
      runs += 1;
      const db = drizzle(client);
      await db.insert(t).values({ v: 1 });
      if (runs === 1) await db.execute("do $$ begin raise exception sqlstate '40001'; end $$");
    });
    expect(runs).toBe(2);
    expect(await rows()).toBe(1);
  });

  it('Drizzle: its own transactions work, and roll back', async () => {
    const db = drizzle(bench.pool({ max: 1 }));
    await db.transaction(async (tx) => {
      await tx.insert(t).values({ v: 1 });
      await tx.transaction(async (inner) => {
        await inner.insert(t).values({ v: 2 });
      });
    });
    const sorry = new Error('no');
    const failing = db.transaction(async (tx) => {
      await tx.insert(t).values({ v: 3 });
      throw sorry;
    });
    expect(await rejection(failing)).toBe(sorry);
    expect(await rows()).toBe(2);
  });

  it('Knex: takes the pool as its connectionPool', async () => {
    const pool = bench.pool({ max: 1 });
    const knex = knexFactory({ client: 'pg', connectionPool: pool } as never);
    await knex('t').insert({ v: 1 });
    expect(bench.bridge.explain(await rejection(knex('t').insert({ v: 1 }).then()))).toMatchObject({
      class: 'permanent',
    });
    await knex.transaction(async (trx) => {
      await trx('t').insert({ v: 2 });
    });
    expect(await knex('t').select('v').orderBy('v')).toEqual([{ v: 1 }, { v: 2 }]);
    await knex.destroy();
    expect(pool.idleCount).toBe(1);
    expect(bench.observer.ofType('call.started').length).toBeGreaterThanOrEqual(4);
  });

  it('Knex: a lost reply to an INSERT leaves one row', async () => {
    const knex = knexFactory({ client: 'pg', connectionPool: bench.pool() } as never);
    bench.proxy.on('insert into "t"', 'lose-reply');
    const error = await rejection(knex('t').insert({ v: 1 }).then());
    expect(bench.bridge.explain(error)).toMatchObject({ class: 'unknown_outcome' });
    expect(await rows()).toBe(1);
    await knex.destroy();
  });

  it('Kysely: takes the pool as it is', async () => {
    const db = new Kysely<{ t: { id: number; v: number } }>({
      dialect: new PostgresDialect({ pool: bench.pool({ max: 1 }) }),
    });
    await db
      .insertInto('t')
      .values({ v: 1 } as never)
      .execute();
    await db.transaction().execute((trx) =>
      trx
        .insertInto('t')
        .values({ v: 2 } as never)
        .execute(),
    );
    expect(await db.selectFrom('t').select('v').orderBy('v').execute()).toEqual([{ v: 1 }, { v: 2 }]);
    await db.destroy();
  });

  it('Kysely: a lost reply to an INSERT leaves one row, and a connection that fails is tried again', async () => {
    interface Tables {
      readonly t: { readonly id: Generated<number>; readonly v: number };
    }
    const pool = bench.pool();
    const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
    const insert = (v: number) => db.insertInto('t').values({ v }).execute();
    bench.proxy.on('insert into "t"', 'lose-reply');
    const error = await rejection(insert(1));
    expect(bench.bridge.explain(error)).toMatchObject({ class: 'unknown_outcome' });
    expect(await rows()).toBe(1);
    bench.proxy.on('crossbridge', 'lose-request');
    await insert(2);
    expect(await rows()).toBe(2);
    await db.destroy();
  });

  it('Kysely: a transaction runs again as a whole inside withDatabaseRetry', async () => {
    const db = new Kysely<{ t: { id: Generated<number>; v: number } }>({
      dialect: new PostgresDialect({ pool: bench.pool() }),
    });
    let runs = 0;
    const work = withDatabaseRetry({ bridge: bench.bridge })(() =>
      db.transaction().execute(async (trx) => {
        runs += 1;
        await trx.insertInto('t').values({ v: 1 }).execute();
        if (runs < 3) await sql`do $$ begin raise exception sqlstate '40001'; end $$`.execute(trx);
      }),
    );
    await work();
    expect(runs).toBe(3);
    expect(await rows()).toBe(1);
    await db.destroy();
  });
});
