import postgres from 'postgres';
import { pg } from '../../support/pg.ts';

/** One connection, through one of the drivers. */
export interface PostgresClient {
  /** Sends the text as it is, and gives the first column of the rows. */
  query(text: string): Promise<unknown[]>;
  close(): Promise<void>;
}

/** Connects at once. */
export type PostgresDriver = (url: string) => Promise<PostgresClient>;

async function connectPg(url: string): Promise<PostgresClient> {
  const client = new pg.Client(url);
  // A connection that is lost while idle would end the process.
  client.on('error', () => {});
  await client.connect();
  return {
    query: async (text) =>
      (await client.query<unknown[]>({ text, rowMode: 'array' })).rows?.map(([first]) => first) ?? [],
    close: () => client.end(),
  };
}

async function connectPostgresJs(url: string): Promise<PostgresClient> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false, backoff: false });
  await sql`select 1`;
  return {
    query: async (text) => (await sql.unsafe(text).values()).map(([first]: unknown[]) => first),
    close: () => sql.end({ timeout: 0 }),
  };
}

export const POSTGRES_DRIVERS: readonly (readonly [string, PostgresDriver])[] = [
  ['pg', connectPg],
  ['postgres.js', connectPostgresJs],
];

/** Waits until another session fits a condition about the columns of `pg_stat_activity`. */
export async function waitForSession(observer: PostgresClient, condition: string): Promise<void> {
  const text = `select 1 from pg_stat_activity where pid <> pg_backend_pid() and ${condition}`;
  while ((await observer.query(text)).length === 0);
}
