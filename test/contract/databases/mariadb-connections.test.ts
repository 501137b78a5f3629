import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DatabaseServer } from '../../support/database-server.ts';
import { startMariadb } from '../../support/mariadb.ts';
import { describeWithServers } from '../../support/servers.ts';
import { failureOf, NOT_EXECUTED, PERMANENT, UNKNOWN } from './meanings.ts';
import { MYSQL_DRIVERS, type MysqlClient, type MysqlDriver, waitForSession } from './mysql2-drivers.ts';

const SLEEPS = "info like 'select sleep%'";

describeWithServers(['mariadb'], 'Errors of MariaDB about a connection', () => {
  let server: DatabaseServer;
  const clients: MysqlClient[] = [];
  beforeAll(async () => {
    // The smallest that it takes; the user with all rights may have one more.
    server = await startMariadb({ settings: { 'max-connections': '10' } });
  });
  const closeAll = (): void => {
    for (const client of clients.splice(0)) client.close();
  };
  afterEach(() => {
    server.resume();
    closeAll();
  });
  afterAll(() => server?.stop());

  const open = async (connect: MysqlDriver, user = 'crossbridge'): Promise<MysqlClient> => {
    const client = await connect({ uri: server.url, user, password: user });
    clients.push(client);
    return client;
  };

  const openUntilRefused = async (connect: MysqlDriver): Promise<never> => {
    for (;;) await open(connect);
  };

  describe.each(MYSQL_DRIVERS)('through the %s of mysql2', (_, connect) => {
    it('a wrong password is permanent', async () => {
      const failure = await failureOf(connect({ uri: server.url, password: 'wrong' }));
      expect(failure).toMatchObject({ ...PERMANENT, chain: [expect.objectContaining({ errno: 1045 })] });
    });

    it('a missing database is permanent', async () => {
      const failure = await failureOf(connect({ uri: server.url, database: 'nowhere' }));
      expect(failure).toMatchObject({ ...PERMANENT, chain: [expect.objectContaining({ errno: 1049 })] });
    });

    it('a port where nothing listens: never connected', async () => {
      const failure = await failureOf(connect({ uri: server.url, port: 1 }));
      expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'never connected: ECONNREFUSED' });
    });

    it('a server that does not answer: never connected', async () => {
      await server.pause();
      const failure = await failureOf(connect({ uri: server.url, connectTimeout: 1 }));
      expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'never connected: ETIMEDOUT' });
    });

    it('too many connections: nothing was executed', async () => {
      const failure = await failureOf(openUntilRefused(connect));
      expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'connection limit: 1040' });
      closeAll();
      // It takes a moment to notice that they are gone.
      await vi.waitFor(() => open(connect), { timeout: 30_000 });
    });

    it('too many connections of one user: nothing was executed', async () => {
      const admin = await open(connect);
      await admin.query("create or replace user single@'%' identified by 'single' with max_user_connections 1");
      await admin.query("grant select on crossbridge.* to single@'%'");
      await open(connect, 'single');
      const failure = await failureOf(open(connect, 'single'));
      expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'connection limit: 1226' });
    });

    it('a server without TLS stays without it, and the breaker may know', async () => {
      const failure = await failureOf(connect({ uri: server.url, ssl: {} }));
      const rule = 'no TLS: HANDSHAKE_NO_SSL_SUPPORT';
      expect(failure).toMatchObject({ ...PERMANENT, notExecuted: true, breaker: 'failure', rule });
    });

    it('a server that goes down while it runs a statement leaves the outcome unknown', async () => {
      const client = await open(connect);
      const failure = failureOf(client.query('select sleep(60)'));
      await waitForSession(await open(connect), SLEEPS);
      await server.restart();
      expect(await failure).toMatchObject(UNKNOWN);
    });

    it('a server that dies while it runs a statement leaves the outcome unknown, and what is asked later was never sent', async () => {
      const client = await open(connect);
      const failure = failureOf(client.query('select sleep(60)'));
      await waitForSession(await open(connect), SLEEPS);
      await server.kill();
      await server.restart();
      expect(await failure).toMatchObject(UNKNOWN);
      const rule = "connection lost before: Can't add new command when connection is in closed state";
      expect(await failureOf(client.query('select 1'))).toMatchObject({ ...NOT_EXECUTED, rule });
    });

    it('a connection that the server closed for being idle: what is asked later was never sent', async () => {
      const client = await open(connect);
      await client.query('set wait_timeout = 1');
      await client.lost;
      const rule = "connection lost before: Can't add new command when connection is in closed state";
      expect(await failureOf(client.query('select 1'))).toMatchObject({ ...NOT_EXECUTED, rule });
    });

    it('a server that dies before it has answered a commit leaves the outcome unknown', async () => {
      const client = await open(connect);
      await client.query('begin');
      await server.pause();
      const failure = failureOf(client.query('commit'));
      await server.kill();
      await server.restart();
      expect(await failure).toMatchObject(UNKNOWN);
    });
  });
});
