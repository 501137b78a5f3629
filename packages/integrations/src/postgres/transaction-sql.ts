import { isQuery, type PostgresQuery, type PostgresSql } from './driver.ts';

/** What is asked inside a transaction, and how it went. */
export class TransactionWatch {
  readonly #failures = new WeakSet<object>();
  readonly #running = new Set<PostgresQuery>();
  readonly #signal: AbortSignal;

  /** @param signal when it aborts, what runs is cancelled, and nothing is asked any more */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Cancels on the server what runs. */
  readonly cancel = (): void => {
    for (const query of this.#running) void Promise.resolve(query.cancel()).catch(() => {});
  };

  /** Whether a query of the transaction has failed with it. */
  owns(error: unknown): boolean {
    return typeof error === 'object' && error !== null && this.#failures.has(error);
  }

  /** The function of the transaction, or of a savepoint in it, whose queries are watched. */
  of(sql: PostgresSql): PostgresSql {
    const unsafe: PostgresSql['unsafe'] = (...args) => this.#watched(sql.unsafe(...args)) as PostgresQuery;
    const savepoint = (name: unknown, ...rest: unknown[]): Promise<unknown> => {
      // As a tag it is a savepoint around one query.
      if (isTemplate(name)) return sql.savepoint((inner: PostgresSql) => this.of(inner)(name, ...rest));
      const work = (rest[0] ?? name) as (inner: PostgresSql) => unknown;
      const watched = (inner: PostgresSql): unknown => work(this.of(inner));
      return rest.length === 0 ? sql.savepoint(watched) : sql.savepoint(name, watched);
    };
    return new Proxy(sql, {
      apply: (target, _, args) => this.#watched(Reflect.apply(target, undefined, args)),
      get: (target, name) => {
        if (name === 'unsafe') return unsafe;
        return name === 'savepoint' ? savepoint : Reflect.get(target, name);
      },
    });
  }

  #watched(value: unknown): unknown {
    if (!isQuery(value)) return value;
    const { handler, resolve, reject } = value;
    value.handler = Object.assign(
      (asked: PostgresQuery): unknown => {
        if (this.#signal.aborted) return asked.reject(this.#signal.reason);
        this.#running.add(asked);
        return handler(asked);
      },
      { debug: handler.debug },
    );
    value.resolve = (result) => {
      this.#running.delete(value);
      resolve(result);
    };
    value.reject = (error) => {
      this.#running.delete(value);
      if (typeof error === 'object' && error !== null) this.#failures.add(error);
      reject(error);
    };
    return value;
  }
}

function isTemplate(value: unknown): value is TemplateStringsArray {
  return Array.isArray(value) && 'raw' in value;
}
