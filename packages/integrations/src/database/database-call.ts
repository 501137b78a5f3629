import { AsyncLocalStorage } from 'node:async_hooks';
import type { AttemptFunction, Bridge, RunOptions } from '@crossbridge/core';

interface Scope {
  readonly bridge: Bridge;
  readonly operation: string;
  /** False once the call has ended: what it left running is on its own. */
  active: boolean;
}

const scopes = new AsyncLocalStorage<Scope>();

/** A call that runs others: a function with statements in it. */
export interface DatabaseCall<T> {
  readonly bridge: Bridge;
  readonly operation: string;
  readonly fn: AttemptFunction<T>;
  readonly options: RunOptions<T>;
}

/** Runs a function that may hold hardened calls; see {@link runStatement} for what becomes of those. */
export async function runDatabaseCall<T>(call: DatabaseCall<T>): Promise<T> {
  const { bridge, operation, fn } = call;
  const scope: Scope = { bridge, operation, active: true };
  try {
    return await runStatement({ ...call, fn: (attempt) => scopes.run(scope, () => fn(attempt)) });
  } finally {
    scope.active = false;
  }
}

/**
 * Runs a call. Inside another one it is not retried: the other is, as a whole, and attempts must not multiply. Of the same operation it is a
 * part of the other, which has paid for it and holds a slot already: waiting for a second one could wait for ever.
 */
export async function runStatement<T>({ bridge, operation, fn, options }: DatabaseCall<T>): Promise<T> {
  const outer = scopes.getStore();
  if (outer?.active !== true) return bridge.run(operation, fn, options);
  if (outer.bridge !== bridge || outer.operation !== operation) {
    return bridge.run(operation, fn, { ...options, maxAttempts: 1 });
  }
  return fn({
    attempt: 1,
    signal: options.signal ?? new AbortController().signal,
    remainingMs: Number.POSITIVE_INFINITY,
  });
}
