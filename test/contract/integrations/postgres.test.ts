import { hardenDatabaseConnection } from '@crossbridge/integrations/database';
import { afterAll, beforeAll, expect } from 'vitest';
import type { DatabaseServer } from '../../support/database-server.ts';
import { pg } from '../../support/pg.ts';
import { startPostgres } from '../../support/postgres.ts';
import { describeWithServers } from '../../support/servers.ts';
import { integrationContract, type Subject } from './contract.ts';

type Pool = InstanceType<typeof pg.Pool>;

/** Counts requests in a sequence, which no rollback takes back, and does what the table says of that request. */
const BEHAVE = `
  CREATE SEQUENCE asked;
  CREATE TABLE behaviours (request bigint PRIMARY KEY, behaviour text NOT NULL);
  CREATE FUNCTION behave() RETURNS text LANGUAGE plpgsql AS $$
  DECLARE
    own bigint := nextval('asked');
    told text := (SELECT behaviour FROM behaviours WHERE request = own);
  BEGIN
    IF told = 'flaky' THEN RAISE EXCEPTION 'told to' USING ERRCODE = '40001'; END IF;
    IF told = 'wrong' THEN RAISE EXCEPTION 'told to' USING ERRCODE = '23505'; END IF;
    IF told = 'hang' THEN PERFORM pg_sleep(60); END IF;
    RETURN 'answer';
  END $$`;

describeWithServers(['postgres'], 'A pool of pg on a real server', () => {
  let server: DatabaseServer;
  let admin: InstanceType<typeof pg.Client>;
  beforeAll(async () => {
    server = await startPostgres();
    admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    await admin.query(BEHAVE);
  });
  afterAll(async () => {
    await admin?.end();
    await server?.stop();
  });

  integrationContract('a pool of pg', {
    operation: 'db.query',
    hardenedMembers: ['query'],
    // The driver takes none.
    takesSignal: false,
    start: async (bridge, behaviours) => {
      await admin.query('ALTER SEQUENCE asked RESTART');
      await admin.query('TRUNCATE behaviours');
      await admin.query('INSERT INTO behaviours SELECT n, b FROM unnest($1::text[]) WITH ORDINALITY AS told(b, n)', [
        behaviours,
      ]);
      const original = new pg.Pool({ connectionString: server.url, max: 2 });
      original.on('error', () => {});
      const harden = (pool: Pool): Pool => hardenDatabaseConnection(pool, { bridge });
      const subjectOf = (client: Pool): Subject => ({
        client,
        original,
        call: async () => (await client.query<{ behave: string }>('SELECT behave()')).rows,
        asked: async () => {
          const { rows } = await admin.query('SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS n FROM asked');
          return Number(rows[0].n);
        },
        again: () => subjectOf(harden(client)),
        close: async () => {
          // What hangs would keep the pool open.
          await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
          await original.end();
        },
      });
      return subjectOf(harden(original));
    },
    expectAnswer: (value) => expect(value).toEqual([{ behave: 'answer' }]),
    expectFailure: (error, behaviour) =>
      expect(error).toMatchObject({ severity: 'ERROR', code: behaviour === 'flaky' ? '40001' : '23505' }),
  });
});
