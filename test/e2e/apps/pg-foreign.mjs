// A program of somebody who knows nothing of CrossBridge: most of what people do with pg. It prints what it gets.
import { once } from 'node:events';
import { promisify } from 'node:util';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { bigint, pgTable, text } from 'drizzle-orm/pg-core';
import knexPackage from 'knex';
import pg from 'pg';
import Cursor from 'pg-cursor';

const connectionString = process.env.DATABASE_URL;
const print = (title, value) => console.log(`${title}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
const failure = (error) =>
  `${error.constructor.name} ${error.code ?? ''} ${error.message}`.replaceAll(/\d{4,5}/g, 'PORT');

class AccountPool extends pg.Pool {
  accounts = 0;

  async open(owner, balance) {
    this.accounts += 1;
    const { rows } = await this.query('insert into accounts (owner, balance) values ($1, $2) returning *', [
      owner,
      balance,
    ]);
    return rows[0];
  }
}

const pool = new AccountPool({ connectionString, max: 3, idleTimeoutMillis: 500 });
const events = { connect: 0, acquire: 0, remove: 0 };
for (const name of Object.keys(events)) pool.on(name, () => (events[name] += 1));
pool.on('connect', (client) => client.query("set application_name = 'foreign'").catch(() => {}));

async function schema() {
  await pool.query(`
    drop table if exists transfers, accounts, files;
    create table accounts (id bigserial primary key, owner text not null unique, balance bigint not null check (balance >= 0));
    create table transfers (id serial primary key, payer bigint references accounts, payee bigint references accounts, amount numeric(12, 2));
    create table files (name text primary key, content bytea, tags text[], meta jsonb, made timestamptz);
  `);
  print('classes', [pool instanceof pg.Pool, pool instanceof AccountPool, pool.constructor.name, pg.Client.name]);
  print('functions', [pool.query.name, pool.query.length, pool.connect.length, pg.Client.prototype.query.length]);
}

async function plainQueries() {
  print('first account', await pool.open('ada', 100));
  print('second account', await pool.open('grace', '9007199254740993'));
  print('accounts', pool.accounts);
  const result = await pool.query({ text: 'select owner from accounts order by id', rowMode: 'array' });
  print('row mode', [result.rows, result.rowCount, result.command, result.fields.map(({ name }) => name)]);
  const several = await pool.query('select 1 as one; select 2 as two');
  print(
    'several',
    several.map(({ rows }) => rows),
  );
  const named = { name: 'by-owner', text: 'select balance from accounts where owner = $1' };
  print(
    'named',
    (await Promise.all(['ada', 'grace'].map((owner) => pool.query({ ...named, values: [owner] })))).map(
      ({ rows }) => rows[0],
    ),
  );
  print('application', (await pool.query('show application_name')).rows);
}

async function types() {
  const bytes = Buffer.from([0, 1, 254, 255]);
  const made = new Date('2026-01-02T03:04:05.678Z');
  await pool.query('insert into files values ($1, $2, $3, $4, $5)', [
    'a',
    bytes,
    ['x', 'y "z"', null],
    { deep: [1, { two: 2 }] },
    made,
  ]);
  const { rows } = await pool.query('select * from files');
  print('types', [
    rows[0].content.equals(bytes),
    rows[0].tags,
    rows[0].meta,
    rows[0].made.getTime() === made.getTime(),
  ]);
  const parsed = await pool.query({
    text: 'select balance, 1.50::numeric as amount from accounts order by id',
    types: { getTypeParser: (oid) => (oid === 20 ? (value) => `bigint ${value}` : (value) => value) },
  });
  print('parsers', parsed.rows);
  pg.types.setTypeParser(20, BigInt);
  const { rows: big } = await pool.query('select balance from accounts order by id');
  print(
    'bigints',
    big.map(({ balance }) => `${typeof balance} ${balance}`),
  );
  pg.types.setTypeParser(20, (value) => value);
  print(
    'array',
    (await pool.query('select array_agg(owner order by owner) as owners from accounts where id = any($1)', [[1, 2]]))
      .rows,
  );
}

async function callbacks() {
  await new Promise((resolve) => {
    const returned = pool.query('select $1::text as name', ['called back'], (error, result) => {
      print('callback', [error ?? null, result.rows]);
      resolve();
    });
    print('returned', String(returned));
  });
  await new Promise((resolve) => {
    void pool.query('select 2 as two', (error, result) => {
      print('callback without values', [error ?? null, result.rows]);
      resolve();
    });
  });
  await new Promise((resolve) => {
    void pool.query('selec', (error, result) => {
      print('callback with an error', [failure(error), result ?? null]);
      resolve();
    });
  });
  const query = promisify(pool.query).bind(pool);
  print('promisified', (await query('select 3 as three')).rows);
  await new Promise((resolve, reject) => {
    pool.connect((error, client, release) => {
      if (error) return reject(error);
      void client.query('select 4 as four', (failed, result) => {
        release();
        print('connect with a callback', [failed ?? null, result.rows]);
        resolve();
      });
    });
  });
}

async function errors() {
  const attempts = [
    () => pool.query('select * from nowhere'),
    () => pool.query("insert into accounts (owner, balance) values ('ada', 1)"),
    () => pool.query("insert into accounts (owner, balance) values ('poor', -1)"),
    () => pool.query('select 1 / $1::int', [0]),
    () => pool.query(undefined),
    () => pool.query('select $1::int', ['not a number']),
    () => new pg.Pool({ connectionString: connectionString.replace(/:[^:@]+@/, ':wrong@') }).query('select 1'),
  ];
  for (const attempt of attempts) print('error', await attempt().then(() => 'none', failure));
  const error = await pool.query('select * from nowhere').catch((caught) => caught);
  print('error of the database', [error instanceof pg.DatabaseError, error.severity, error.position, error.routine]);
  print('found in the stack', /pg-foreign\.mjs/.test(error.stack));
}

async function transfer(payer, payee, amount) {
  const client = await pool.connect();
  try {
    await client.query('begin isolation level serializable');
    await client.query('update accounts set balance = balance - $1 where id = $2', [amount, payer]);
    await client.query('savepoint noted');
    await client
      .query('insert into transfers (payer, payee, amount) values ($1, $2, $3)', [payer, 999, amount])
      .catch(async (error) => {
        print('inside', failure(error));
        await client.query('rollback to savepoint noted');
      });
    await client.query('update accounts set balance = balance + $1 where id = $2', [amount, payee]);
    await client.query('insert into transfers (payer, payee, amount) values ($1, $2, $3)', [payer, payee, amount]);
    await client.query('commit');
    return 'done';
  } catch (error) {
    await client.query('rollback');
    return failure(error);
  } finally {
    client.release();
  }
}

async function transactions() {
  print('transfer', await transfer(1, 2, 30));
  print('transfer of too much', await transfer(1, 2, 1000));
  print('balances', (await pool.query('select balance from accounts order by id')).rows);
  const client = await pool.connect();
  client.release();
  try {
    client.release();
  } catch (error) {
    print('released twice', error.message);
  }
  const broken = await pool.connect();
  broken.on('error', (error) => print('lost', failure(error)));
  const ended = new Promise((resolve) => broken.once('end', resolve));
  const { rows } = await broken.query('select pg_backend_pid() as pid');
  await pool.query('select pg_terminate_backend($1)', [rows[0].pid]);
  await ended;
  print('after the loss', await broken.query('select 1').then(() => 'none', failure));
  broken.release(true);
}

async function cursors() {
  const client = await pool.connect();
  const cursor = client.query(new Cursor('select generate_series(1, 5) as n'));
  const sizes = [];
  for (let rows = await cursor.read(2); rows.length > 0; rows = await cursor.read(2))
    sizes.push(rows.map(({ n }) => n));
  await cursor.close();
  print('cursor', sizes);
  print('after the cursor', (await client.query('select 1 as one')).rows);
  client.release();
  const rows = [];
  const single = new pg.Client({ connectionString });
  await single.connect();
  await new Promise((resolve) => {
    single.query(
      new pg.Query('select 5 as five', (error, result) => resolve(print('query object', [error ?? null, result.rows]))),
    );
  });
  const streamed = single.query(new pg.Query({ text: 'select generate_series(1, 3) as n' }));
  streamed.on('row', (row) => rows.push(row.n));
  await once(streamed, 'end');
  print('rows one by one', rows);
  await single.end();
}

async function notifications() {
  const listener = new pg.Client({ connectionString });
  await listener.connect();
  await listener.query('listen orders');
  const heard = once(listener, 'notification');
  await pool.query("select pg_notify('orders', 'order 7')");
  const [{ channel, payload }] = await heard;
  print('notified', [channel, payload]);
  listener.on('notice', ({ message }) => print('notice', message));
  await listener.query("do $$ begin raise notice 'from the server'; end $$");
  // Nobody awaits these one by one.
  const all = ['a', 'b', 'c'].map((name) => listener.query('select $1::text as name', [name]));
  print(
    'in order',
    (await Promise.all(all)).map(({ rows }) => rows[0].name),
  );
  await new Promise((resolve) => {
    listener.query({
      text: 'select 8 as eight',
      callback: (error, { rows }) => resolve(print('callback in the query', [error ?? null, rows])),
    });
  });
  print(
    'wrong use',
    (() => {
      try {
        return listener.query(null);
      } catch (error) {
        return `${error.constructor.name} ${error.message}`;
      }
    })(),
  );
  await listener.query('unlisten orders');
  await listener.end();
  print('after the end', await listener.query('select 1').then(() => 'none', failure));
}

async function queryBuilders() {
  const knex = knexPackage({ client: 'pg', connection: connectionString, pool: { min: 0, max: 2 } });
  print('knex', await knex('accounts').select('owner').orderBy('id'));
  await knex.transaction(async (trx) => {
    await trx('accounts').insert({ owner: 'knex', balance: 5 });
    await trx('accounts').where({ owner: 'knex' }).increment('balance', 1);
  });
  const failed = await knex
    .transaction(async (trx) => {
      await trx('accounts').insert({ owner: 'nobody', balance: 5 });
      throw new Error('changed my mind');
    })
    .catch(({ message }) => message);
  print('knex transactions', [
    failed,
    await knex('accounts').whereIn('owner', ['knex', 'nobody']).select('owner', 'balance'),
  ]);
  print(
    'knex error',
    await knex('nowhere')
      .select()
      .catch(({ code }) => code),
  );
  await knex.destroy();
  const accounts = pgTable('accounts', {
    id: bigint({ mode: 'number' }).primaryKey(),
    owner: text(),
    balance: bigint({ mode: 'bigint' }),
  });
  const db = drizzle({ client: pool });
  print(
    'drizzle',
    (await db.select().from(accounts).orderBy(accounts.id).limit(2)).map(({ owner, balance }) => `${owner} ${balance}`),
  );
  const told = await db.transaction(async (tx) => {
    await tx.insert(accounts).values({ id: 50, owner: 'drizzle', balance: 7n });
    return (await tx.execute(sql`select balance from accounts where owner = 'drizzle'`)).rows;
  });
  print('drizzle transaction', told);
  const back = await db
    .transaction(async (tx) => {
      await tx.delete(accounts);
      tx.rollback();
    })
    .catch((error) => error.constructor.name);
  print('drizzle rollback', [back, (await db.select().from(accounts)).length]);
}

async function load() {
  const all = await Promise.all(
    Array.from({ length: 40 }, (_, index) => pool.query('select $1::int as n, pg_sleep(0.001)', [index])),
  );
  print(
    'forty at once',
    all.map(({ rows }) => rows[0].n).reduce((sum, n) => sum + n),
  );
  print('pool', [pool.totalCount <= 3, pool.waitingCount, events.connect > 0, events.acquire > 40]);
}

for (const part of [
  schema,
  plainQueries,
  types,
  callbacks,
  errors,
  transactions,
  cursors,
  notifications,
  queryBuilders,
  load,
]) {
  await part();
}
const fresh = new pg.Pool({ connectionString });
const last = fresh.query('select 9 as nine');
await fresh.end();
print('asked before the end', (await last).rows);
await pool.end();
print('ended', [
  pool.ended,
  await pool.query('select 1').then(() => 'none', failure),
  await pool.end().then(() => 'none', failure),
]);
