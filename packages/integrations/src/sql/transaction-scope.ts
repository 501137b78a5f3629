import { AsyncLocalStorage } from 'node:async_hooks';

/** A transaction of ours in whose callback the program is. */
export interface TransactionScope {
  readonly pool: object;
  readonly outer: TransactionScope | undefined;
  /** Connections that it has on loan, its own included. */
  holds: number;
}

const scopes = new AsyncLocalStorage<TransactionScope>();

/** The transaction on `pool` that the program is in; undefined outside of one. */
export function scopeOn(pool: object): TransactionScope | undefined {
  for (let scope = scopes.getStore(); scope !== undefined; scope = scope.outer) if (scope.pool === pool) return scope;
  return undefined;
}

/** Runs the callback of a transaction on `pool`. */
export function inScope<T>(pool: object, run: () => T): T {
  return scopes.run({ pool, outer: scopes.getStore(), holds: 1 }, run);
}
