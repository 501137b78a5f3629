import mysql from 'mysql2';
import promises from 'mysql2/promise';

/** One connection, through one of the two faces of mysql2. */
export interface MysqlClient {
  /** Sends the text as it is, and gives the first column of the rows. */
  query(text: string, timeoutMs?: number): Promise<unknown[]>;
  /** Resolves when the connection is gone. */
  readonly lost: Promise<unknown>;
  close(): void;
}

/** Connects at once. */
export type MysqlDriver = (options: mysql.ConnectionOptions) => Promise<MysqlClient>;

const firstColumn = (rows: unknown): unknown[] =>
  Array.isArray(rows) ? rows.map((row: Record<string, unknown>) => Object.values(row)[0]) : [];

const withTimeout = (sql: string, timeoutMs: number | undefined): mysql.QueryOptions =>
  timeoutMs === undefined ? { sql } : { sql, timeout: timeoutMs };

/** Listens for good: a connection that is lost while idle would end the process. */
function lossOf(connection: { on(event: string, listener: (value?: unknown) => void): unknown }): Promise<unknown> {
  return new Promise((resolve) => {
    for (const event of ['error', 'end']) connection.on(event, resolve);
  });
}

async function connectPromise(options: mysql.ConnectionOptions): Promise<MysqlClient> {
  const connection = await promises.createConnection(options);
  return {
    lost: lossOf(connection),
    query: async (text, timeoutMs) => firstColumn((await connection.query(withTimeout(text, timeoutMs)))[0]),
    close: () => connection.destroy(),
  };
}

async function connectCallback(options: mysql.ConnectionOptions): Promise<MysqlClient> {
  const connection = mysql.createConnection(options);
  const lost = lossOf(connection);
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error === null ? resolve() : reject(error)));
  });
  return {
    lost,
    query: (text, timeoutMs) =>
      new Promise((resolve, reject) => {
        connection.query(withTimeout(text, timeoutMs), (error, rows) =>
          error === null ? resolve(firstColumn(rows)) : reject(error),
        );
      }),
    close: () => connection.destroy(),
  };
}

export const MYSQL_DRIVERS: readonly (readonly [string, MysqlDriver])[] = [
  ['promises', connectPromise],
  ['callbacks', connectCallback],
];

/** Waits until another session fits a condition about the columns of `information_schema.processlist`, and gives its number. */
export async function waitForSession(observer: MysqlClient, condition: string): Promise<number> {
  const text = `select id from information_schema.processlist where id <> connection_id() and ${condition}`;
  for (;;) {
    const [id] = await observer.query(text);
    if (id !== undefined) return Number(id);
  }
}
