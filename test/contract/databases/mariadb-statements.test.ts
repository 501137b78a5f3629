import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseServer } from '../../support/database-server.ts';
import { startMariadb } from '../../support/mariadb.ts';
import { describeWithServers } from '../../support/servers.ts';
import { failureOf, NO_RETRY, NOT_EXECUTED, OWN_DOING, PERMANENT, ROLLED_BACK, UNKNOWN } from './meanings.ts';
import { MYSQL_DRIVERS, type MysqlClient, waitForSession } from './mysql2-drivers.ts';

const SLEEPS = "info like 'select sleep%'";

describeWithServers(['mariadb'], 'Errors of MariaDB about a statement', () => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await startMariadb();
  });
  afterAll(() => server?.stop());

  describe.each(MYSQL_DRIVERS)('through the %s of mysql2', (_, connect) => {
    let one: MysqlClient;
    let other: MysqlClient;
    beforeEach(async () => {
      [one, other] = await Promise.all([connect({ uri: server.url }), connect({ uri: server.url })]);
      await one.query(
        'create table account (id int primary key, balance int not null check (balance >= 0)) engine=innodb',
      );
      await one.query('insert into account values (1, 100), (2, 100)');
    });
    afterEach(async () => {
      for (const client of [one, other]) client.close();
      const cleaner = await connect({ uri: server.url });
      await cleaner.query('drop table account');
      cleaner.close();
    });

    it.each([
      ['a duplicate key', 'insert into account values (1, 0)', 1062],
      ['a check', 'update account set balance = -1', 4025],
      ['a null', 'insert into account values (3, null)', 1048],
      ['a wrong syntax', 'selec 1', 1064],
      ['a missing table', 'select * from nowhere', 1146],
      ['a text that is no number', "insert into account values (3, 'x')", 1366],
      ['a signal', "signal sqlstate '45000'", 1644],
    ])('%s is permanent and says that the server works', async (__, text, errno) => {
      const failure = await failureOf(one.query(text));
      expect(failure).toMatchObject({ ...PERMANENT, chain: [expect.objectContaining({ errno })] });
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
      const failure = await failureOf(Promise.reject(victims[0]?.reason));
      expect(failure).toMatchObject({ ...ROLLED_BACK, rule: 'deadlock: 1213' });
    });

    it('a lock that was waited for in vain: the transaction is to be rolled back and repeated', async () => {
      await other.query('begin');
      await other.query('select * from account for update');
      await one.query('set innodb_lock_wait_timeout = 1');
      const failure = await failureOf(one.query('update account set balance = 0'));
      expect(failure).toMatchObject({ ...ROLLED_BACK, rule: 'lock wait timeout: 1205' });
    });

    it('a row that changed since the snapshot of the transaction: it is to be rolled back and repeated', async () => {
      await one.query('set innodb_snapshot_isolation = on');
      await one.query('begin');
      await one.query('select balance from account where id = 1');
      await other.query('update account set balance = 50 where id = 1');
      await one.query('update account set balance = 0 where id = 2');
      const failure = await failureOf(one.query('update account set balance = balance - 10 where id = 1'));
      expect(failure).toMatchObject({ ...ROLLED_BACK, rule: 'serialization failure: 1020' });
      expect(await one.query('select balance from account where id = 2')).toEqual([100]);
    });

    it('a statement that ran into max_statement_time is nobody’s failure, and not repeated', async () => {
      const failure = await failureOf(one.query('set statement max_statement_time = 0.001 for select sleep(60)'));
      expect(failure).toMatchObject({ ...ROLLED_BACK, ...NO_RETRY, ...OWN_DOING, rule: 'cancelled: 1969' });
    });

    it('a statement that was killed is nobody’s failure, and not repeated', async () => {
      const failure = failureOf(one.query('select sleep(60) from account'));
      await other.query(`kill query ${await waitForSession(other, SLEEPS)}`);
      expect(await failure).toMatchObject({ ...ROLLED_BACK, ...NO_RETRY, ...OWN_DOING, rule: 'cancelled: 1317' });
    });

    it('the outcome of a statement whose connection was killed is unknown', async () => {
      const failure = failureOf(one.query('select sleep(60) from account'));
      await other.query(`kill ${await waitForSession(other, SLEEPS)}`);
      expect(await failure).toMatchObject(UNKNOWN);
    });

    it('a statement that is too large is permanent, though the connection ends with it', async () => {
      const failure = await failureOf(one.query(`select '${'x'.repeat(17 * 1024 * 1024)}'`));
      expect(failure).toMatchObject({ ...PERMANENT, rule: 'statement too large: 1153' });
    });

    it('a write in a read-only transaction was not executed', async () => {
      await one.query('start transaction read only');
      const failure = await failureOf(one.query('update account set balance = 0'));
      expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'read-only server: 1792' });
    });

    it('a write on a server that is read-only was not executed', async () => {
      await one.query("create or replace user plain@'%' identified by 'plain'");
      await one.query("grant select, insert, update on crossbridge.* to plain@'%'");
      await one.query('set global read_only = on');
      const plain = await connect({ uri: server.url, user: 'plain', password: 'plain' });
      const failure = await failureOf(plain.query('update account set balance = 0'));
      await one.query('set global read_only = off');
      plain.close();
      expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'read-only server: 1290' });
    });

    it('a query that ran into the timeout of mysql2 may still be running: it is not repeated', async () => {
      const failure = await failureOf(one.query('select sleep(1)', 1));
      const rule = 'query timeout: PROTOCOL_SEQUENCE_TIMEOUT';
      expect(failure).toMatchObject({ ...UNKNOWN, ...NO_RETRY, ...OWN_DOING, rule });
    });
  });
});
