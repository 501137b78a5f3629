/** What is used of a query of postgres.js. It runs when it is first waited for, by handing itself to `handler`. */
export interface PostgresQuery extends Promise<unknown> {
  readonly strings: readonly string[];
  readonly args: readonly unknown[];
  readonly options: object;
  handler: Handler;
  canceller: ((query: PostgresQuery) => unknown) | null;
  resolve(result: unknown): void;
  reject(error: unknown): void;
  cancel(): unknown;
  isRaw?: unknown;
  /** The server process that it went to; null before. */
  readonly state: unknown;
  readonly streaming?: boolean;
  readonly cursorFn?: unknown;
  readonly forEachFn?: unknown;
  readonly onlyDescribe?: boolean;
}

export interface Handler {
  (query: PostgresQuery): unknown;
  readonly debug?: unknown;
}

/** What is used of the function that postgres.js gives, and of that of a transaction. */
export interface PostgresSql {
  (strings: TemplateStringsArray, ...args: unknown[]): PostgresQuery;
  unsafe(text: string, args?: unknown, options?: unknown): PostgresQuery;
  begin(options: string, work: (sql: PostgresSql) => unknown): Promise<unknown>;
  savepoint(name: unknown, work?: (sql: PostgresSql) => unknown): Promise<unknown>;
}

type QueryClass = new (
  strings: readonly string[],
  args: readonly unknown[],
  handler: Handler,
  canceller: PostgresQuery['canceller'],
  options: object,
) => PostgresQuery;

export function isQuery(value: unknown): value is PostgresQuery {
  const { strings, handler } = (value ?? {}) as Partial<PostgresQuery>;
  return value instanceof Promise && Array.isArray(strings) && typeof handler === 'function';
}

/** The same query, not yet run. */
export function copyOf(query: PostgresQuery, handler: Handler, canceller: PostgresQuery['canceller']): PostgresQuery {
  const Query = query.constructor as QueryClass;
  const copy = new Query(query.strings, query.args, handler, canceller, { ...query.options });
  if (query.isRaw !== undefined) copy.isRaw = query.isRaw;
  return copy;
}

/** The SQL of a query and its fragments, with a parameter for every other value. */
export function textOf({ strings, args }: PostgresQuery): string {
  return strings
    .map((part, index) => {
      const arg = args[index];
      if (index === strings.length - 1) return part;
      return `${part} ${isQuery(arg) ? textOf(arg) : '$1'} `;
    })
    .join('');
}
