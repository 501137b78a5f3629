import { once } from 'node:events';
import { explainError } from '@crossbridge/core';
import type { ClientConfig, PoolConfig } from 'pg';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { DatabaseServer } from '../../support/database-server.ts';
import { pg } from '../../support/pg.ts';
import { startPostgres } from '../../support/postgres.ts';
import { describeWithServers } from '../../support/servers.ts';
import { failureOf, NO_RETRY, NOT_EXECUTED, OWN_DOING, PERMANENT, UNKNOWN } from './meanings.ts';

/** Errors to which pg gives no code: it says what happened in the message alone. */
describeWithServers(['postgres'], 'Errors of the driver pg itself', () => {
  let server: DatabaseServer;
  const pools: InstanceType<typeof pg.Pool>[] = [];
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterEach(async () => {
    server.resume();
    await Promise.all(pools.splice(0).map((pool) => pool.end()));
  });
  afterAll(() => server?.stop());

  const newPool = (options: PoolConfig = {}): InstanceType<typeof pg.Pool> => {
    const pool = new pg.Pool({ connectionString: server.url, ...options });
    pool.on('error', () => {});
    pools.push(pool);
    return pool;
  };
  const newClient = (options: ClientConfig = {}): InstanceType<typeof pg.Client> => {
    const client = new pg.Client({ connectionString: server.url, ...options });
    client.on('error', () => {});
    return client;
  };

  it('a lost connection leaves the outcome unknown, and what is asked of it later was never sent', async () => {
    const client = newClient();
    await client.connect();
    const failure = failureOf(client.query('select pg_sleep(60)'));
    // As a proxy or a network would end it, without a word.
    Reflect.get(client, 'connection').stream.destroy();
    const rule = 'connection lost: Connection terminated unexpectedly';
    expect(await failure).toMatchObject({ ...UNKNOWN, rule });
    const later = await failureOf(client.query('select 1'));
    const message = 'Client has encountered a connection error and is not queryable';
    expect(later).toMatchObject({ ...NOT_EXECUTED, rule: `connection lost before: ${message}` });
  });

  it('a client that was closed while it waited for an answer leaves the outcome unknown', async () => {
    const client = newClient();
    await client.connect();
    await server.pause();
    const failure = failureOf(client.query('select 1'));
    void client.end();
    Reflect.get(client, 'connection').stream.destroy();
    expect(await failure).toMatchObject({ ...UNKNOWN, rule: 'connection lost: Connection terminated' });
  });

  it('a client that was closed before is a mistake of the application', async () => {
    const client = newClient();
    await client.connect();
    await client.end();
    const failure = await failureOf(client.query('select 1'));
    const rule = 'client closed: Client was closed and is not queryable';
    expect(failure).toMatchObject({ ...PERMANENT, ...OWN_DOING, notExecuted: true, rule });
  });

  it('a pool that was closed is a mistake of the application', async () => {
    const pool = newPool();
    pools.pop();
    await pool.end();
    const failure = await failureOf(pool.query('select 1'));
    const rule = 'pool closed: Cannot use a pool after calling end on the pool';
    expect(failure).toMatchObject({ ...PERMANENT, ...OWN_DOING, notExecuted: true, rule });
  });

  it('an exhausted pool is overload of our own', async () => {
    const pool = newPool({ max: 1 });
    const held = await pool.connect();
    pool.options.connectionTimeoutMillis = 1;
    const failure = await failureOf(pool.query('select 1'));
    held.release();
    const rule = 'pool timeout: timeout exceeded when trying to connect';
    expect(failure).toMatchObject({ ...NOT_EXECUTED, ...OWN_DOING, rule });
  });

  it('a pool whose server does not answer never connected', async () => {
    await server.pause();
    const failure = await failureOf(newPool({ connectionTimeoutMillis: 1 }).query('select 1'));
    const rule = 'never connected: Connection terminated due to connection timeout';
    expect(failure).toMatchObject({ ...NOT_EXECUTED, rule });
  });

  it('a client whose server does not answer never connected', async () => {
    await server.pause();
    const failure = await failureOf(newClient({ connectionTimeoutMillis: 1 }).connect());
    expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'never connected: timeout expired' });
  });

  it('a query that ran into query_timeout is still running: it is not repeated', async () => {
    const pool = newPool({ query_timeout: 1 });
    const failure = await failureOf(pool.query('select pg_sleep(0.5)'));
    expect(failure).toMatchObject({ ...UNKNOWN, ...NO_RETRY, ...OWN_DOING, rule: 'query timeout: Query read timeout' });
  });

  it('a server without TLS stays without it, and the breaker may know', async () => {
    const failure = await failureOf(newClient({ ssl: true }).connect());
    const rule = 'no TLS: The server does not support SSL connections';
    expect(failure).toMatchObject({ ...PERMANENT, notExecuted: true, breaker: 'failure', rule });
  });

  it.each([
    ['that were idle for too long', "set idle_session_timeout = '1ms'", 'not_executed', 'idle session closed: 57P05'],
    [
      'whose transaction was idle for too long',
      "set idle_in_transaction_session_timeout = '1ms'; begin",
      'rolled_back',
      'rolled back by the server: 25P03',
    ],
  ])('what it says of connections %s', async (_, text, expected, rule) => {
    const client = newClient();
    await client.connect();
    const ended = once(client, 'error');
    await client.query(text);
    const [error] = await ended;
    expect(explainError(error)).toMatchObject({ class: expected, rule });
  });
});
