import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DatabaseServer } from '../../support/database-server.ts';
import { startPostgres } from '../../support/postgres.ts';
import { describeWithServers } from '../../support/servers.ts';
import { failureOf, NOT_EXECUTED, PERMANENT, UNKNOWN } from './meanings.ts';
import { POSTGRES_DRIVERS, type PostgresClient, type PostgresDriver, waitForSession } from './postgres-drivers.ts';

describeWithServers(['postgres'], 'Errors of PostgreSQL about a connection', () => {
  let server: DatabaseServer;
  const clients: PostgresClient[] = [];
  beforeAll(async () => {
    server = await startPostgres({ settings: { max_connections: '8', superuser_reserved_connections: '0' } });
  });
  const closeAll = async (): Promise<void> => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  };
  afterEach(closeAll);
  afterAll(() => server?.stop());

  const open = async (connect: PostgresDriver): Promise<PostgresClient> => {
    const client = await connect(server.url);
    clients.push(client);
    return client;
  };
  const url = (change: (url: URL) => void): string => {
    const changed = new URL(server.url);
    change(changed);
    return changed.href;
  };

  const openUntilRefused = async (connect: PostgresDriver): Promise<never> => {
    for (;;) await open(connect);
  };

  describe.each(POSTGRES_DRIVERS)('through %s', (_, connect) => {
    it('a wrong password is permanent', async () => {
      const failure = await failureOf(connect(url((to) => (to.password = 'wrong'))));
      expect(failure).toMatchObject({ ...PERMANENT, rule: 'refused by the server: 28' });
    });

    it('a missing database is permanent', async () => {
      const failure = await failureOf(connect(url((to) => (to.pathname = '/nowhere'))));
      expect(failure).toMatchObject({ ...PERMANENT, rule: 'refused by the server: 3D' });
    });

    it('a port where nothing listens: never connected', async () => {
      const failure = await failureOf(connect(url((to) => (to.port = '1'))));
      expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'never connected: ECONNREFUSED' });
    });

    it('a name with several addresses, at none of which anything listens: never connected', async () => {
      const failure = await failureOf(connect(url((to) => Object.assign(to, { hostname: 'localhost', port: '1' }))));
      expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'never connected: ECONNREFUSED' });
    });

    it('a name that is not known: never connected', async () => {
      const failure = await failureOf(connect(url((to) => (to.hostname = 'nowhere..invalid'))));
      expect(failure).toMatchObject({
        ...NOT_EXECUTED,
        rule: 'never connected: ENOTFOUND',
      });
    });

    it('too many connections: nothing was executed', async () => {
      const failure = await failureOf(openUntilRefused(connect));
      expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'server not ready: 53300' });
      await closeAll();
      // It takes a moment to notice that they are gone.
      await vi.waitFor(() => open(connect), { timeout: 30_000 });
    });

    it('a server that is shutting down: nothing was executed', async () => {
      const client = await open(connect);
      const [file] = await client.query("select pg_read_file('postmaster.pid')");
      // Waits for the clients to go, and lets no new one in.
      process.kill(Number.parseInt(String(file), 10), 'SIGTERM');
      await vi.waitFor(() => expect(server.log()).toContain('received smart shutdown request'), { timeout: 30_000 });
      const failure = await failureOf(connect(server.url));
      await server.restart();
      expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'server not ready: 57P03' });
    });

    it('a server that goes down while it runs a statement leaves the outcome unknown', async () => {
      const client = await open(connect);
      const failure = failureOf(client.query('select pg_sleep(60)'));
      await waitForSession(await open(connect), "wait_event = 'PgSleep'");
      await server.restart();
      expect(await failure).toMatchObject(UNKNOWN);
    });

    it('a server that dies while it runs a statement leaves the outcome unknown', async () => {
      const client = await open(connect);
      const failure = failureOf(client.query('select pg_sleep(60)'));
      await waitForSession(await open(connect), "wait_event = 'PgSleep'");
      await server.kill();
      await server.restart();
      expect(await failure).toMatchObject(UNKNOWN);
    });

    it('a server that dies before it has answered a commit leaves the outcome unknown', async () => {
      const client = await open(connect);
      await client.query('begin');
      await client.query('create table written ()');
      await server.pause();
      const failure = failureOf(client.query('commit'));
      await server.kill();
      await server.restart();
      expect(await failure).toMatchObject(UNKNOWN);
    });
  });
});
