import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Readable, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { hardenPgPool } from '@crossbridge/integrations/pg';
import type { PoolClient, Submittable } from 'pg';
import { expect, it } from 'vitest';
import { rejection } from '../../support/bridges.ts';
import { pg } from '../../support/pg.ts';
import { describeWithServers } from '../../support/servers.ts';
import { pgBench, RETRIES } from './bench.ts';

const require = createRequire(import.meta.url);
const Cursor = require('pg-cursor') as typeof import('pg-cursor');
const { CopyFrom, CopyTo } = require('../../e2e/apps/pg/copy-streams.cjs') as {
  readonly CopyFrom: new (text: string) => Writable & Submittable;
  readonly CopyTo: new (text: string) => Readable & Submittable;
};

const BREAKER = {
  ...RETRIES,
  circuitBreaker: { consecutiveFailures: 1, openForMs: 60_000 },
};

describeWithServers(['postgres'], 'Connections of a hardened pool', () => {
  const bench = pgBench();

  it('are those of the pool, which stays what it is', async () => {
    const raw = bench.rawPool();
    const pool = hardenPgPool(raw, { bridge: bench.bridge });
    expect(pool).toBeInstanceOf(pg.Pool);
    expect(pool.options).toBe(raw.options);
    expect(Reflect.get(pool, 'Client')).toBe(pg.Client);
    expect(raw.query).toBe(pg.Pool.prototype.query);
    const acquired = once(raw, 'acquire');
    const client = await pool.connect();
    expect((await acquired)[0]).toBe(client);
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 0]);
    client.release();
    expect(pool.idleCount).toBe(1);
    expect(() => client.release()).toThrow('already been released');
    expect(pool.on('connect', () => {})).toBe(pool);
    await pool.end();
    expect(raw.ended).toBe(true);
    expect(await rejection(pool.query('select 1'))).toMatchObject({
      message: expect.stringContaining('after calling end'),
    });
  });

  it('come with callbacks, too', async () => {
    const pool = bench.pool();
    const answer = await new Promise((resolve, reject) => {
      pool.connect((error, client, done) => {
        if (error !== undefined || client === undefined) return reject(error);
        void client.query('select 1 as one', (_, result) => {
          done();
          resolve(result.rows);
        });
      });
    });
    expect(answer).toEqual([{ one: 1 }]);
    expect(pool.idleCount).toBe(1);
  });

  it('carry cursors, notifications and transactions by hand as ever', async () => {
    const pool = bench.pool({ max: 1 });
    const client = await pool.connect();
    const cursor = client.query(new Cursor('select * from generate_series(1, 5) as n'));
    expect(await cursor.read(2)).toEqual([{ n: 1 }, { n: 2 }]);
    await cursor.close();
    const told = once(client, 'notification');
    await client.query('listen news');
    await client.query("notify news, 'hello'");
    expect((await told)[0]).toMatchObject({ payload: 'hello' });
    await client.query('begin; insert into t (v) values (1)');
    await client.query('rollback');
    client.release();
    expect(await bench.value('select count(*)::int from t')).toBe(0);
  });

  it('carry COPY in both directions, inside a transaction, too', async () => {
    const pool = bench.pool({ max: 1 });
    const client = await pool.connect();
    const into = client.query(new CopyFrom('copy t (v) from stdin'));
    await pipeline(Readable.from(['1\n', '2\n']), into);
    client.release();
    await pool.tx(async (own) => {
      await pipeline(Readable.from(['3\n']), own.query(new CopyFrom('copy t (v) from stdin')));
      const rows = await text(own.query(new CopyTo('copy (select v from t order by v) to stdout')));
      expect(rows).toBe('1\n2\n3\n');
    });
    await rejection(
      pool.tx(async (own) => {
        await pipeline(Readable.from(['4\n']), own.query(new CopyFrom('copy t (v) from stdin')));
        throw new Error('no more');
      }),
    );
    expect(await bench.value('select count(*)::int from t')).toBe(3);
  });

  it('do not end the process when they break while nothing runs on them', async () => {
    const pool = bench.pool();
    const client = await pool.connect();
    const ended = new Promise<void>((resolve) => client.on('end', resolve));
    bench.proxy.cut();
    await ended;
    client.release();
    expect(pool.totalCount).toBe(0);
  });

  it('have somebody who hears them break from the moment in which they are handed out', async () => {
    const raw = bench.rawPool();
    const pool = hardenPgPool(raw, { bridge: bench.bridge });
    const listeners: number[] = [];
    // The pool has stopped to listen by then. A server that is shut down just now says so in one packet with its greeting.
    raw.on('acquire', (client) => queueMicrotask(() => listeners.push(client.listenerCount('error'))));
    await pool.query('select 1');
    await pool.query('select 1');
    expect(listeners).toEqual([1, 1]);
  });

  it('are refused when all stay in use, and the breaker does not take that for a failure', async () => {
    bench.configure(BREAKER);
    const pool = bench.pool({ max: 1 }, { acquireTimeoutMs: 400 });
    const held = await pool.connect();
    const refused = [pool.query('select 1'), pool.connect(), pool.tx(async () => {})];
    for (const promise of refused) expect(await rejection(promise)).toMatchObject({ code: 'bulkhead_full' });
    expect(bench.observer.ofType('call.ended').map(({ outcome }) => outcome)).toEqual([
      'success',
      'rejected',
      'rejected',
      'rejected',
    ]);
    expect(bench.observer.ofType('retry.decided').map(({ decision }) => decision)).not.toContain('retried');
    held.release();
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it("are refused when the pool's own time is up, with what the pool said as the cause", async () => {
    bench.configure(BREAKER);
    const raw = bench.rawPool({ max: 1, connectionTimeoutMillis: 400 });
    // Somebody who knows nothing of the hardening holds the connection.
    const held = await raw.connect();
    const error = await rejection(
      hardenPgPool(raw, { bridge: bench.bridge, acquireTimeoutMs: 5_000 }).query('select 1'),
    );
    expect(error).toMatchObject({
      code: 'bulkhead_full',
      cause: { message: 'timeout exceeded when trying to connect' },
    });
    held.release();
  });

  it('are refused at once when too many wait', async () => {
    const pool = bench.pool({ max: 1 }, { queue: 1 });
    const held = await pool.connect();
    const waiting = pool.query('select 1 as one');
    await turn();
    expect(await rejection(pool.query('select 2'))).toMatchObject({ code: 'bulkhead_full' });
    held.release();
    expect((await waiting).rows).toEqual([{ one: 1 }]);
  });

  it('go to who came first, and not to who has gone away', async () => {
    const pool = bench.pool({ max: 1 });
    const held = await pool.connect();
    const order: number[] = [];
    const abort = new AbortController();
    const ask = async (n: number, signal?: AbortSignal): Promise<void> => {
      await pool.with({ signal }).query('select 1');
      order.push(n);
    };
    const first = ask(1);
    const gone = rejection(ask(2, abort.signal));
    const third = ask(3);
    await turn();
    abort.abort(new Error('gone'));
    expect(await gone).toBe(abort.signal.reason);
    held.release();
    await Promise.all([first, third]);
    expect(order).toEqual([1, 3]);
  });

  it('that cannot be made open the breaker, and nothing was done', async () => {
    bench.configure({ circuitBreaker: { consecutiveFailures: 1, openForMs: 60_000 } });
    const pool = bench.pool({ port: 1 });
    expect(await rejection(pool.query('select 1'))).toMatchObject({ code: 'ECONNREFUSED' });
    expect(await rejection(pool.query('select 1'))).toMatchObject({ code: 'circuit_open' });
  });

  it('that a silent server never makes are known to have done nothing, and are tried again', async () => {
    bench.configure({ ...RETRIES, timeout: { attemptMs: 500 } });
    const pool = bench.pool();
    bench.proxy.on('crossbridge', 'stall-request');
    await pool.query('insert into t (v) values (1)');
    expect(await bench.value('select count(*)::int from t')).toBe(1);
    expect(bench.observer.ofType('retry.decided')).toMatchObject([{ errorType: 'ETIMEDOUT', decision: 'retried' }]);
  });

  it('inside a transaction are not waited for behind those who wait for the transaction', async () => {
    bench.configure({ ...RETRIES, bulkhead: { limit: 1, queue: 10 } });
    const pool = bench.pool({ max: 2 });
    await pool.tx(async (client) => {
      const others = [pool.query('select 1'), pool.query('select 2')].map((other) => other.catch(() => {}));
      await client.query('insert into t (v) values (1)');
      await pool.query('insert into t (v) values (2)');
      const second = await pool.connect();
      second.release();
      void others;
    });
    expect(await bench.value('select count(*)::int from t')).toBe(2);
  });

  it('inside a transaction are refused at once where transactions would wait for each other for ever', async () => {
    const pool = bench.pool({ max: 2 });
    let both: () => void = () => {};
    const ready = new Promise<void>((resolve) => {
      let begun = 0;
      both = () => {
        begun += 1;
        if (begun === 2) resolve();
      };
    });
    const nested = (n: number): Promise<unknown> =>
      pool.tx(async (client: PoolClient) => {
        await client.query('select 1');
        both();
        await ready;
        await pool.query('insert into t (v) values ($1)', [n]);
      });
    const results = await Promise.allSettled([nested(1), nested(2)]);
    // One gives way, and its connection lets the other go on.
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'bulkhead_full' } });
    expect(await bench.value('select count(*)::int from t')).toBe(1);
  });

  it('can be hardened more than once, each view under its own operation', async () => {
    const raw = bench.rawPool({ max: 1 });
    const one = hardenPgPool(raw, { bridge: bench.bridge, operation: 'db.report', queue: 0 });
    const other = hardenPgPool(raw, { bridge: bench.bridge, queue: 0 });
    const held = await one.connect();
    expect(await rejection(other.query('select 1'))).toMatchObject({ code: 'bulkhead_full', operation: 'db.query' });
    held.release();
    await other.query('select 1');
    expect(bench.observer.ofType('call.started').map(({ call }) => call.operation)).toEqual([
      'db.report',
      'db.query',
      'db.query',
    ]);
  });

  it.each([
    [{ bridge: undefined }, 'bridge of hardenPgPool must be a bridge'],
    [{ operation: '' }, 'operation of hardenPgPool must be a non-empty string'],
    [{ idempotent: 'maybe' }, 'idempotent of hardenPgPool must be true, false or "reads"'],
    [{ queue: -1 }, 'queue of hardenPgPool must be'],
    [{ acquireTimeoutMs: 0 }, 'acquireTimeoutMs of hardenPgPool must be'],
    [{ idempotend: true }, 'hardenPgPool has no option "idempotend"'],
  ])('are refused options that cannot work: %o', (options, message) => {
    const all = { bridge: bench.bridge, ...options } as never;
    expect(() => hardenPgPool(bench.rawPool(), all)).toThrow(message);
    expect(() => hardenPgPool({} as never, { bridge: bench.bridge })).toThrow('must be a Pool of pg');
  });
});
