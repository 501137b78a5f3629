import mysql from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { DatabaseServer } from '../../support/database-server.ts';
import { startMariadb } from '../../support/mariadb.ts';
import { describeWithServers } from '../../support/servers.ts';
import { failureOf, NO_RETRY, NOT_EXECUTED, OWN_DOING, PERMANENT } from './meanings.ts';

describeWithServers(['mariadb'], 'Errors of the pools of mysql2', () => {
  let server: DatabaseServer;
  const ends: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    server = await startMariadb();
  });
  afterEach(async () => {
    await Promise.all(ends.splice(0).map((end) => end()));
  });
  afterAll(() => server?.stop());

  const newPool = (options: mysql.PoolOptions = {}): mysql.Pool => {
    const pool = mysql.createPool({ uri: server.url, connectionLimit: 1, ...options });
    ends.push(() => pool.end());
    return pool;
  };

  it.each([
    ['No connections available.', { waitForConnections: false }],
    ['Queue limit reached.', { queueLimit: 1 }],
  ])('a pool that is used up is overload of our own: %s', async (message, options) => {
    const pool = newPool(options);
    const held = await pool.getConnection();
    const waiting = pool.query('select 1').catch(() => {});
    const failure = await failureOf(pool.query('select 1'));
    held.release();
    await waiting;
    expect(failure).toMatchObject({ ...NOT_EXECUTED, ...OWN_DOING, rule: `pool exhausted: ${message}` });
  });

  it('a pool that was closed is a mistake of the application', async () => {
    const pool = newPool();
    await pool.query('select 1');
    ends.pop();
    await pool.end();
    const rule = 'pool closed: Pool is closed.';
    expect(await failureOf(pool.query('select 1'))).toMatchObject({
      ...PERMANENT,
      ...OWN_DOING,
      notExecuted: true,
      rule,
    });
  });

  it.each([
    ['for a while', 60_000, { ...NOT_EXECUTED, rule: 'no server online: POOL_NONEONLINE' }],
    ['for good', 0, { ...NOT_EXECUTED, ...NO_RETRY, rule: 'no server: POOL_NOEXIST' }],
  ])('a cluster that has given up its servers %s executed nothing', async (_, restoreNodeTimeout, expected) => {
    const cluster = mysql.createPoolCluster({ removeNodeErrorCount: 1, restoreNodeTimeout });
    ends.push(() => cluster.end());
    cluster.add('one', { uri: server.url, port: 1 });
    const refused = await failureOf(cluster.getConnection());
    expect(refused).toMatchObject({ ...NOT_EXECUTED, rule: 'never connected: ECONNREFUSED' });
    expect(await failureOf(cluster.getConnection())).toMatchObject(expected);
  });
});
