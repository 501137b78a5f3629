// An application that moves much data with pg, and one that many ask at once: what it prints must not depend on who watches.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { mock } from 'node:test';
import pg from 'pg';
import { CopyFrom, CopyTo, Cursor } from './copy-streams.cjs';

const url = process.env.DATABASE_URL;
const say = (name, value) => console.log(name, JSON.stringify(value));
const told = (error) => error.code ?? error.message;

async function copyIn(client, table, rows) {
  const copy = client.query(new CopyFrom(`copy ${table} from stdin`));
  await pipeline(Readable.from(rows.map((row) => `${row}\n`)), copy);
  return copy.rowCount;
}

async function copyOut(client, what) {
  const chunks = await client.query(new CopyTo(`copy ${what} to stdout`)).toArray();
  return Buffer.concat(chunks).toString().trim().split('\n');
}

const numbers = (count) => Array.from({ length: count }, (_, n) => n);

async function copying(client) {
  await client.query('create temporary table if not exists goods (id int primary key)');
  const seen = [await copyIn(client, 'goods', numbers(2000)), (await copyOut(client, 'goods')).length];
  seen.push(
    await copyIn(client, 'goods', ['not a number']).catch(told),
    await copyIn(client, 'goods', [7]).catch(told),
  );
  seen.push(await copyOut(client, 'nothing').catch(told));
  // Nobody waits in between: the order is that of the calls.
  const all = [
    client.query('select count(*)::int as n from goods').then(({ rows }) => rows[0].n),
    copyIn(client, 'goods', ['5000', '5001']),
    client.query('select count(*)::int as n from goods').then(({ rows }) => rows[0].n),
    copyOut(client, '(select id from goods where id >= 5000 order by id)'),
    client.query('delete from goods').then(({ rowCount }) => rowCount),
  ];
  return [...seen, ...(await Promise.all(all))];
}

async function reading(client) {
  const cursor = client.query(new Cursor('select generate_series(1, 5)'));
  await cursor.described;
  const pages = [await cursor.read(2), await cursor.read(2)];
  const closing = cursor.close();
  const after = client.query("select 'after' as text");
  await closing;
  const rows = [];
  const query = client.query(new pg.Query('select generate_series(1, 3) as n'));
  query.on('row', ({ n }) => rows.push(n));
  await new Promise((resolve, reject) => query.on('end', resolve).on('error', reject));
  const wrong = await new Promise((resolve) => client.query(new pg.Query('selec')).on('error', resolve));
  const counted = await new Promise((resolve, reject) => {
    client.query(new pg.Query('select 1', (error, result) => (error ? reject(error) : resolve(result.rowCount))));
  });
  return [pages, (await after).rows, rows, told(wrong), counted];
}

const pool = new pg.Pool({ connectionString: url, max: 3, application_name: 'warehouse' });
let greeted = 0;
const greetings = [];
const greet = (client) => {
  greeted += 1;
  greetings.push(client.query("set statement_timeout = '9s'").catch(told), pool.query('select 1').catch(told));
};
pool.on('connect', greet);
{
  const own = new pg.Client(url);
  await own.connect();
  say('copy', await copying(own));
  say('read', await reading(own));
  await own.end();
  const loaned = await pool.connect();
  say('copy on loan', await copying(loaned));
  await loaned.query('begin');
  say('read on loan', await reading(loaned).catch(told));
  await loaned.query('rollback');
  loaned.release();
}
{
  const all = await Promise.all(
    numbers(300).map((n) => pool.query('select $1::int as n, current_setting($2) as s', [n, 'statement_timeout'])),
  );
  say('crowd', [all.every(({ rows }, n) => rows[0].n === n), [...new Set(all.map(({ rows }) => rows[0].s))]]);
  await Promise.all(greetings);
  say('greeted', [greeted === greetings.length / 2, pool.totalCount, pool.idleCount, pool.waitingCount]);
  // A callback that throws, as there are below, can leave a query waiting in pg's own pool that was asked for in here.
  pool.off('connect', greet);
}
{
  const request = new AsyncLocalStorage();
  const kept = await Promise.all(
    numbers(30).map((n) =>
      request.run(n, async () => {
        await pool.query('select 1');
        const client = await pool.connect();
        await client.query('select 1');
        client.release();
        await pool.query('nonsense').catch(() => {});
        return request.getStore() === n;
      }),
    ),
  );
  say('requests', kept.every(Boolean));
}
{
  // Each on its own: what a callback throws is the application's, and the pool goes on.
  const thrown = [];
  const throwing = (ask) =>
    new Promise((resolve) => {
      process.once('uncaughtException', (error) => resolve(thrown.push(error.message)));
      ask();
    });
  const boom = (message) => {
    throw new Error(message);
  };
  await throwing(() => pool.query('select 1', () => boom('query')));
  await throwing(() =>
    pool.connect((_, __, done) => {
      done();
      boom('connect');
    }),
  );
  const unheard = new Promise((resolve) => process.once('unhandledRejection', resolve));
  void pool.query('nonsense');
  say('thrown', [thrown, told(await unheard), (await pool.query('select 2 as two')).rows]);
}
{
  const spy = mock.method(pg.Pool.prototype, 'query');
  await pool.query('select 1');
  await pool.query('select 2');
  say('spied', spy.mock.callCount());
  spy.mock.restore();
  mock.method(pool, 'query', async () => ({ rows: ['mocked'] }), { times: 1 });
  say('mocked', [(await pool.query('select 1')).rows, (await pool.query('select 3 as three')).rows]);
}
say('odd', [
  ...(await Promise.all(
    [undefined, null, 5, {}, []].map(async (query) => {
      try {
        return await pool.query(query);
      } catch (error) {
        return error.message;
      }
    }),
  )),
]);
await pool.end();
say('ended', [
  await pool.query('select 1').catch(told),
  await pool.end().catch(told),
  await pool.connect().catch(told),
]);
