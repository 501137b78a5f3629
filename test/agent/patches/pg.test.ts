import { type Bridge, createBridge } from '@crossbridge/core';
import { hardenPgClient, hardenPgPool } from '@crossbridge/integrations/pg';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { pgPatch } from '../../../packages/agent/src/patches/pg.ts';
import type { DatabaseServer } from '../../support/database-server.ts';
import { pg } from '../../support/pg.ts';
import { startPostgres } from '../../support/postgres.ts';
import { describeWithServers } from '../../support/servers.ts';

describeWithServers(['postgres'], 'pg by the flag', () => {
  let server: DatabaseServer;
  let bridge: Bridge;
  let pool: InstanceType<typeof pg.Pool>;

  /** Classes that are patched once, as in a process, for whatever bridge there is. */
  beforeAll(async () => {
    server = await startPostgres();
    const host = {
      get bridge(): Bridge {
        return bridge;
      },
      operation: () => (Object.hasOwn(bridge.config.operations, 'db.query') ? 'db.query' : undefined),
    };
    const found = { name: '', directory: '', version: undefined, build: 'cjs' as const };
    const [client, pools] = pgPatch.files;
    client?.install(pg.Client, host, found);
    pools?.install(Object.getPrototypeOf(pg.Pool), host, found);
  });

  afterEach(() => pool.end());

  afterAll(() => server?.stop());

  /** A pool of two, and a bridge that lets `capacity` calls through. */
  function limited(capacity: number, more: object = {}): void {
    bridge = createBridge({ operations: { 'db.query': { rateLimit: { capacity, windowSeconds: 3600 }, ...more } } });
    pool = new pg.Pool({ connectionString: server.url, max: 2 });
  }

  const code = (error: { code?: string; message: string }): string => error.code ?? error.message;

  it('makes a call of each query of a pool, and of each connection on loan', async () => {
    limited(2);
    const client = await pool.connect();
    for (let round = 0; round < 5; round += 1) await client.query('select 1');
    client.release();
    await pool.query('select 1');
    expect(await pool.query('select 1').catch(code)).toBe('rate_limited');
    expect(await pool.connect().catch(code)).toBe('rate_limited');
  });

  it('leaves alone what the pool itself, or who listens to it, asks of a new connection', async () => {
    limited(1);
    const told: unknown[] = [];
    pool.on('connect', (client) => {
      void client.query("set application_name = 'mine'").catch((error) => told.push(error));
    });
    expect((await pool.query('show application_name')).rows).toEqual([{ application_name: 'mine' }]);
    expect(told).toEqual([]);
  });

  it('makes a call of each statement of a client without a pool, but not inside a transaction', async () => {
    limited(2);
    const client = new pg.Client(server.url);
    await client.connect();
    await client.query('begin');
    for (let round = 0; round < 5; round += 1) await client.query('select 1');
    await client.query('commit');
    await client.query('select 1');
    expect(await client.query('select 1').catch(code)).toBe('rate_limited');
    await client.end();
  });

  it('never refuses what is about the connection itself', async () => {
    limited(1);
    const client = new pg.Client(server.url);
    await client.connect();
    await client.query('select pg_advisory_lock(7)');
    const about = [
      'LISTEN orders',
      'set role pg_monitor',
      'Reset role;',
      ' select pg_advisory_unlock(7) as free',
      'unlisten *',
    ];
    const all = [];
    for (const text of about) all.push(await client.query(text));
    expect(all.map(({ command }) => command)).toEqual(['LISTEN', 'SET', 'RESET', 'SELECT', 'UNLISTEN']);
    expect(all[3]?.rows).toEqual([{ free: true }]);
    expect(await client.query('set role pg_monitor; select 1').catch(code)).toBe('rate_limited');
    await client.end();
  });

  it('counts a call once when it is hardened by hand as well', async () => {
    limited(3);
    const view = hardenPgPool(pool, { bridge });
    await view.query('select 1');
    await view.tx((client) => client.query('select 1'));
    const client = new pg.Client(server.url);
    await client.connect();
    await hardenPgClient(client, { bridge }).query('select 1');
    expect(await view.query('select 1').catch(code)).toBe('rate_limited');
    await client.end();
  });

  it('does not put a transaction by hand of another operation under its own', async () => {
    limited(1, {});
    bridge = createBridge({
      operations: {
        'db.query': { rateLimit: { capacity: 1, windowSeconds: 3600 } },
        orders: { retry: { maxAttempts: 2, baseDelayMs: 1 } },
      },
    });
    const view = hardenPgPool(pool, { bridge, operation: 'orders' });
    for (let round = 0; round < 3; round += 1) {
      await view.tx(async (client) => {
        await client.query('create temporary table if not exists noted (id int)');
        await client.query('insert into noted values (1)');
      });
    }
    expect((await pool.query('select 1')).rowCount).toBe(1);
  });

  it('begins and ends with the operation that the config gives it', async () => {
    limited(1);
    await pool.query('select 1');
    expect(await pool.query('select 1').catch(code)).toBe('rate_limited');
    bridge.apply(createBridge({}).config);
    for (let round = 0; round < 3; round += 1) await pool.query('select 1');
  });

  it('lets more wait than the pool has connections, as long as nobody limits them', async () => {
    limited(1000);
    const all = await Promise.all(Array.from({ length: 200 }, () => pool.query('select 1 as one')));
    expect(all.every(({ rows }) => rows[0].one === 1)).toBe(true);
  });

  it('passes in the mode of pg that sends without waiting', async () => {
    limited(0.5);
    const client = new pg.Client({ connectionString: server.url, pipeline: true } as object);
    await client.connect();
    const both = await Promise.all([client.query('select 1 as n'), client.query('select 2 as n')]);
    expect(both.map(({ rows }) => rows[0].n)).toEqual([1, 2]);
    await client.end();
  });
});
