import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseServer } from '../../support/database-server.ts';
import { startPostgres } from '../../support/postgres.ts';
import { describeWithServers } from '../../support/servers.ts';
import { failureOf, NO_RETRY, OWN_DOING, PERMANENT, ROLLED_BACK, UNKNOWN } from './meanings.ts';
import { POSTGRES_DRIVERS, type PostgresClient, waitForSession } from './postgres-drivers.ts';

describeWithServers(['postgres'], 'Errors of PostgreSQL about a statement', () => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await startPostgres({ settings: { deadlock_timeout: '10ms' } });
  });
  afterAll(() => server?.stop());

  describe.each(POSTGRES_DRIVERS)('through %s', (_, connect) => {
    let one: PostgresClient;
    let other: PostgresClient;
    beforeEach(async () => {
      [one, other] = await Promise.all([connect(server.url), connect(server.url)]);
      await one.query('create table account (id int primary key, balance int not null check (balance >= 0))');
      await one.query('insert into account values (1, 100), (2, 100)');
    });
    afterEach(async () => {
      await Promise.all([one.close(), other.close()]);
      const cleaner = await connect(server.url);
      await cleaner.query('drop table account');
      await cleaner.close();
    });

    it.each([
      ['a duplicate key', 'insert into account values (1, 0)', 'constraint violated: 23505'],
      ['a check', 'update account set balance = -1', 'constraint violated: 23514'],
      ['a null', 'insert into account values (3, null)', 'constraint violated: 23502'],
      ['a wrong syntax', 'selec 1', 'refused by the server: 42'],
      ['a missing table', 'select * from nowhere', 'refused by the server: 42'],
      ['a division by zero', 'select 1 / 0', 'refused by the server: 22'],
      ['a text that is no number', "select 'x'::int", 'refused by the server: 22'],
      ['an exception of a function', "do $$ begin raise exception 'no'; end $$", 'refused by the server: P0'],
      ['an unknown prepared statement', 'execute nothing', 'SQLSTATE 26000'],
    ])('%s is permanent and says that the server works', async (__, text, rule) => {
      expect(await failureOf(one.query(text))).toMatchObject({ ...PERMANENT, rule });
    });

    it('a serialization failure was rolled back', async () => {
      await one.query('begin isolation level repeatable read');
      await one.query('select balance from account where id = 1');
      await other.query('update account set balance = 50 where id = 1');
      const failure = await failureOf(one.query('update account set balance = balance - 10 where id = 1'));
      expect(failure).toMatchObject({ ...ROLLED_BACK, type: '40001' });
    });

    it('a serialization failure at the commit was rolled back', async () => {
      for (const client of [one, other]) await client.query('begin isolation level serializable');
      for (const client of [one, other]) await client.query('select sum(balance) from account');
      await one.query('update account set balance = 0 where id = 1');
      await other.query('update account set balance = 0 where id = 2');
      await one.query('commit');
      expect(await failureOf(other.query('commit'))).toMatchObject({ ...ROLLED_BACK, type: '40001' });
    });

    it('a deadlock was rolled back for its victim, and the other went on', async () => {
      for (const client of [one, other]) await client.query('begin');
      await one.query('update account set balance = 1 where id = 1');
      await other.query('update account set balance = 1 where id = 2');
      const results = await Promise.allSettled([
        one.query('update account set balance = 2 where id = 2'),
        other.query('update account set balance = 2 where id = 1'),
      ]);
      const victims = results.filter((result) => result.status === 'rejected');
      expect(victims).toHaveLength(1);
      expect(await failureOf(Promise.reject(victims[0]?.reason))).toMatchObject({ ...ROLLED_BACK, type: '40P01' });
    });

    it.each([
      ['lock_timeout', "set lock_timeout = '1ms'", 'select * from account for update'],
      ['NOWAIT', 'select 1', 'select * from account for update nowait'],
    ])('a lock that %s does not wait for is not asked for again', async (__, setting, text) => {
      await other.query('begin');
      await other.query('select * from account for update');
      await one.query(setting);
      const failure = await failureOf(one.query(text));
      expect(failure).toMatchObject({ ...ROLLED_BACK, ...NO_RETRY, rule: 'lock not available: 55P03' });
    });

    it('a statement that ran into statement_timeout is nobody’s failure, and not repeated', async () => {
      await one.query("set statement_timeout = '1ms'");
      const failure = await failureOf(one.query('select pg_sleep(60)'));
      expect(failure).toMatchObject({ ...ROLLED_BACK, ...NO_RETRY, ...OWN_DOING, rule: 'cancelled: 57014' });
    });

    it('a statement that was cancelled is nobody’s failure, and not repeated', async () => {
      const failure = failureOf(one.query('select pg_sleep(60)'));
      await waitForSession(other, "wait_event = 'PgSleep'");
      await other.query("select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'");
      expect(await failure).toMatchObject({ ...ROLLED_BACK, ...NO_RETRY, ...OWN_DOING, rule: 'cancelled: 57014' });
    });

    it('a write in a read-only transaction was rolled back: another server may take it', async () => {
      await one.query('set default_transaction_read_only = on');
      const failure = await failureOf(one.query('update account set balance = 0'));
      expect(failure).toMatchObject({ ...ROLLED_BACK, type: '25006' });
    });

    it('whatever follows a failure in the same transaction is permanent', async () => {
      await one.query('begin');
      await failureOf(one.query('select 1 / 0'));
      const failure = await failureOf(one.query('select 1'));
      expect(failure).toMatchObject({ ...PERMANENT, rule: 'transaction already failed: 25P02' });
    });

    it('the outcome of a statement whose session an administrator ended is unknown', async () => {
      const failure = failureOf(one.query('select pg_sleep(60)'));
      await waitForSession(other, "wait_event = 'PgSleep'");
      await other.query("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'");
      // postgres.js keeps what the server said to itself when the connection ends with it.
      const rule = expect.stringMatching(/^(server shut down: 57P01|connection lost: CONNECTION_CLOSED)$/);
      expect(await failure).toMatchObject({ ...UNKNOWN, rule });
    });

    it('a limit of resources is permanent, and a failure of the server', async () => {
      await one.query("set temp_file_limit = '1kB'");
      await one.query("set work_mem = '64kB'");
      const text = 'select count(*) from (select n from generate_series(1, 100000) n order by md5(n::text) offset 1) x';
      const failure = await failureOf(one.query(text));
      expect(failure).toMatchObject({ ...PERMANENT, breaker: 'failure', rule: 'out of resources: 53400' });
    });

    it('an internal error is permanent, and a failure of the server', async () => {
      const failure = await failureOf(
        one.query("do $$ begin raise exception 'broken' using errcode = 'XX000'; end $$"),
      );
      expect(failure).toMatchObject({ ...PERMANENT, breaker: 'failure', rule: 'fault of the server: XX' });
    });

    it('a server that cannot say whether it committed leaves the outcome unknown', async () => {
      const failure = await failureOf(
        one.query("do $$ begin raise exception 'who knows' using errcode = '40003'; end $$"),
      );
      expect(failure).toMatchObject({ ...UNKNOWN, type: '40003' });
    });
  });
});
