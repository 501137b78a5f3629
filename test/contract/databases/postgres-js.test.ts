import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { DatabaseServer } from '../../support/database-server.ts';
import { startPostgres } from '../../support/postgres.ts';
import { describeWithServers } from '../../support/servers.ts';
import { failureOf, NO_RETRY, NOT_EXECUTED, OWN_DOING, PERMANENT, UNKNOWN } from './meanings.ts';

describeWithServers(['postgres'], 'Errors of the driver postgres.js itself', () => {
  let server: DatabaseServer;
  const clients: postgres.Sql[] = [];
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterEach(async () => {
    server.resume();
    await Promise.all(clients.splice(0).map((sql) => sql.end({ timeout: 0 })));
  });
  afterAll(() => server?.stop());

  const newClient = (options: postgres.Options<Record<string, never>> = {}): postgres.Sql => {
    const sql = postgres(server.url, { max: 1, onnotice: () => {}, fetch_types: false, backoff: false, ...options });
    clients.push(sql);
    return sql;
  };

  it('a connection that ends without a word leaves the outcome unknown', async () => {
    const sql = newClient();
    await sql`select 1`;
    await server.pause();
    const failure = failureOf(sql`select 1`.execute());
    await server.kill();
    await server.restart();
    expect(await failure).toMatchObject(UNKNOWN);
  });

  it('a server that does not answer was never connected', async () => {
    await server.pause();
    const failure = await failureOf(newClient({ connect_timeout: 0.001 })`select 1`);
    expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'never connected: CONNECT_TIMEOUT' });
  });

  it('a client that was closed before is a mistake of the application', async () => {
    const sql = newClient();
    await sql.end();
    const rule = 'client closed: CONNECTION_ENDED';
    expect(await failureOf(sql`select 1`)).toMatchObject({ ...PERMANENT, ...OWN_DOING, notExecuted: true, rule });
  });

  it('a client that was closed while it waited for an answer leaves the outcome unknown, and nobody tries again', async () => {
    const sql = newClient();
    await sql`select 1`;
    await server.pause();
    const failure = failureOf(sql`select 1`.execute());
    await sql.end({ timeout: 0 });
    const rule = 'client closed: CONNECTION_DESTROYED';
    expect(await failure).toMatchObject({ ...UNKNOWN, ...NO_RETRY, ...OWN_DOING, rule });
  });

  it('a transaction outside of begin is a mistake of the application', async () => {
    const failure = await failureOf(newClient({ max: 2 }).unsafe('begin'));
    const rule = 'misuse of the client: UNSAFE_TRANSACTION';
    expect(failure).toMatchObject({ ...PERMANENT, ...OWN_DOING, rule });
  });

  it('too many parameters are a mistake of the application', async () => {
    const values = Array.from({ length: 70_000 }, (_, n) => n);
    const sql = newClient();
    const failure = await failureOf(sql`select 1 where 1 in ${sql(values)}`);
    const rule = 'misuse of the client: MAX_PARAMETERS_EXCEEDED';
    expect(failure).toMatchObject({ ...PERMANENT, ...OWN_DOING, notExecuted: true, rule });
  });

  it('an undefined parameter is a mistake of the application', async () => {
    const sql = newClient();
    const failure = await failureOf(sql`select ${undefined as unknown as string}`);
    const rule = 'misuse of the client: UNDEFINED_VALUE';
    expect(failure).toMatchObject({ ...PERMANENT, ...OWN_DOING, notExecuted: true, rule });
  });

  it('a query that was cancelled before it was sent is nobody’s failure', async () => {
    const sql = newClient();
    const query = sql`select 1`;
    query.cancel();
    const failure = await failureOf(query);
    expect(failure).toMatchObject({ ...NOT_EXECUTED, ...NO_RETRY, ...OWN_DOING, rule: 'cancelled: 57014' });
  });

  it('the failure of a statement is what a transaction fails with', async () => {
    const sql = newClient();
    const failure = await failureOf(
      sql.begin(async (tx) => {
        await tx`select 1 / 0`.catch(() => {});
        await tx`select 1`;
      }),
    );
    expect(failure).toMatchObject({ ...PERMANENT, rule: 'refused by the server: 22' });
  });
});
