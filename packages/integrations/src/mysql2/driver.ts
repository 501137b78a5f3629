import type { EventEmitter } from 'node:events';

/** What is used of a connection of mysql2 (of its callback side, which is beneath the promises, too). */
export interface MysqlConnection {
  query(sql: unknown, values?: unknown, callback?: MysqlCallback): MysqlCommand;
  execute(sql: unknown, values?: unknown, callback?: MysqlCallback): MysqlCommand;
  connect(callback: (error: unknown) => void): unknown;
  addCommand(command: unknown): unknown;
  /** The same connection with promises. */
  promise(): object;
  release(): void;
  destroy(): void;
  end(callback?: () => void): unknown;
  on(event: 'error', listener: () => void): unknown;
  readonly threadId: number | null;
  readonly config: object;
  /** What runs on it. */
  readonly _command?: unknown;
  /** The failure that it has ended with. */
  readonly _fatalError?: unknown;
  readonly _protocolError?: unknown;
  readonly _closing?: boolean;
}

/** What is used of the class of connections. */
export interface MysqlConnectionClass {
  new (options: { readonly config: object }): MysqlConnection;
  createQuery(sql: unknown, values: unknown, callback: unknown, config: object): MysqlCommand;
}

/** A statement: what `query` and `execute` return, and an emitter of what comes of it. */
export type MysqlCommand = EventEmitter & { readonly onResult?: unknown };

/** What is used of a pool of mysql2 (of its callback side). */
export interface MysqlDriverPool {
  getConnection(callback: (error: Error | null, connection?: MysqlConnection) => void): void;
  readonly config: { readonly connectionLimit: number; readonly connectionConfig: object };
  readonly _allConnections?: { readonly length: number };
  readonly _freeConnections?: { readonly length: number };
}

/** The promise side of a pool, and of a connection. */
export interface MysqlPromisePool {
  readonly pool: MysqlDriverPool;
}

export type MysqlCallback = (error: Error | null, rows?: unknown, fields?: unknown) => void;

/** How a statement is asked: as text, or prepared. */
export type Way = 'query' | 'execute';

/** A pool of mysql2, with callbacks or with promises. */
export interface MysqlPool {
  getConnection(...args: never): unknown;
  query(...args: never): unknown;
  execute(...args: never): unknown;
}

/** A connection with promises, as `getConnection` of the pool gives it, or of the pool with promises that a pool with callbacks has. */
export type MysqlConnectionOf<Pool> = Pool extends { getConnection(): Promise<infer Connection> }
  ? Connection
  : Pool extends { promise(): infer Promised }
    ? MysqlConnectionOf<Promised>
    : unknown;

/** Server errors after which mysql2 closes connections of a pool: the server does not take writes any more, another one may. */
const READ_ONLY: ReadonlySet<unknown> = new Set([1290, 1792, 1836]);

/** The SQL of whatever `query` is given. */
export function sqlOf(query: unknown): string {
  const sql = typeof query === 'string' ? query : (query as { readonly sql?: unknown } | null | undefined)?.sql;
  return typeof sql === 'string' ? sql : '';
}

/** Whether the server itself has answered with this error, on a connection that goes on. */
export function isAnswer(error: unknown): boolean {
  const { sqlState, fatal } = (error ?? {}) as { readonly sqlState?: unknown; readonly fatal?: unknown };
  return typeof sqlState === 'string' && fatal !== true;
}

/** Whether the connection can be used again after this failure: the server has answered, or was not asked. */
export function leavesConnection(error: unknown): boolean {
  const { fatal, code, errno } = (error ?? {}) as {
    readonly fatal?: unknown;
    readonly code?: unknown;
    readonly errno?: unknown;
  };
  return fatal !== true && code !== 'PROTOCOL_SEQUENCE_TIMEOUT' && !READ_ONLY.has(errno);
}

/** One statement; what came of it as mysql2's promises give it: rows and fields. */
export function askConnection(
  connection: MysqlConnection,
  way: Way,
  sql: unknown,
  values: unknown,
): Promise<[unknown, unknown]> {
  return answerOf((done) => connection[way](sql, values, done));
}

/** What comes of a statement that is asked with a callback. */
export function answerOf(ask: (done: MysqlCallback) => unknown): Promise<[unknown, unknown]> {
  return new Promise((resolve, reject) => {
    ask((error, rows, fields) => {
      if (error) reject(error);
      else resolve([rows, fields]);
    });
  });
}
