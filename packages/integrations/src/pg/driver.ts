/** What is used of a client of pg. */
export interface PgDriverClient {
  query(config: unknown, values: unknown, callback: PgCallback): unknown;
  query(text: string, values?: readonly unknown[]): Promise<PgResult>;
  connect(): Promise<unknown>;
  end(): Promise<void>;
  on(event: string, listener: (...args: never) => void): unknown;
  once(event: string, listener: (...args: never) => void): unknown;
  removeListener(event: string, listener: (...args: never) => void): unknown;
  /** Of the last ReadyForQuery: idle, in a transaction, in a failed one. Absent before pg 8.17 and on pg-native. */
  getTransactionStatus?(): 'I' | 'T' | 'E' | null;
  release?(error?: Error | boolean): void;
  readonly host?: string;
  readonly port?: number;
  readonly ssl?: unknown;
  /** Of the server process, and the secret that lets others cancel what it does. Null before it is connected, and on pg-native. */
  readonly processID?: number | null;
  readonly secretKey?: number | null;
  /** False once the connection is lost. */
  readonly _queryable?: boolean;
  readonly pipeline?: boolean;
}

export interface PgResult {
  readonly command?: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

export type PgCallback = (error: Error | null | undefined, result?: unknown) => void;

export type PgConnectCallback = (
  error: Error | undefined,
  client?: PgDriverClient,
  done?: (error?: Error | boolean) => void,
) => void;

/** What is used of a pool of pg. */
export interface PgDriverPool {
  connect(): Promise<PgDriverClient>;
  query(config: unknown, values?: unknown, callback?: unknown): unknown;
  end(...args: unknown[]): unknown;
  on(event: string, listener: (...args: never) => void): unknown;
  readonly options: PgPoolOptions;
  readonly Client: new (options: object) => PgDriverClient;
  readonly idleCount: number;
  readonly totalCount: number;
  readonly ending?: boolean;
}

export interface PgPoolOptions {
  readonly max?: number;
  readonly connectionTimeoutMillis?: number;
}

/** A pool of pg, whichever copy of the package made it. */
export interface PgPool {
  connect(...args: never): unknown;
  query(...args: never): unknown;
  readonly options: object;
  readonly idleCount: number;
  readonly totalCount: number;
}

/** A client of pg, whichever copy of the package made it. */
export interface PgClient {
  connect(...args: never): unknown;
  query(...args: never): unknown;
  end(...args: never): unknown;
}

/** What a pool's `connect` promises. */
export type ClientOf<Pool> = Pool extends {
  connect: { (): Promise<infer Client>; (callback: never): unknown };
}
  ? Client
  : PgClient;

/** Queries that run themselves, in their own way: cursors, streams, COPY. */
export function isSubmittable(config: unknown): boolean {
  return typeof (config as { readonly submit?: unknown } | null | undefined)?.submit === 'function';
}

/** The SQL of whatever `query` is given; undefined for a prepared statement that is called by its name alone. */
export function textOf(config: unknown): string | undefined {
  const text = typeof config === 'string' ? config : (config as { readonly text?: unknown } | null | undefined)?.text;
  return typeof text === 'string' ? text : undefined;
}

/** Whether the server itself has answered with this error, on a connection that goes on. */
export function isAnswer(error: unknown): boolean {
  return (error as { readonly severity?: unknown } | null | undefined)?.severity === 'ERROR';
}
