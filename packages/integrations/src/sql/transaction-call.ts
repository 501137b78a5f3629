import { type AttemptContext, type Bridge, InvalidArgumentError } from '@crossbridge/core';
import { clientCall } from '../hardened/client-call.ts';
import type { DatabaseCallOptions } from './call-options.ts';
import { NothingDone, withOriginalErrors } from './failures.ts';
import { type AnyTransactionOptions, maxAttemptsOf } from './transaction-options.ts';
import { scopeOn } from './transaction-scope.ts';

/** Whose calls the transactions of a pool are. */
export interface TransactionHost {
  readonly pool: object;
  readonly bridge: Bridge;
  readonly operation: string;
  readonly call: DatabaseCallOptions;
}

/**
 * Runs a whole transaction as one call of the operation, which repeats it as a whole.
 *
 * @param instead what to use inside a transaction in the place of another one
 */
export function callTransaction<T>(
  { bridge, operation, pool, call }: TransactionHost,
  options: AnyTransactionOptions,
  instead: string,
  attempt: (context: AttemptContext) => Promise<T>,
): Promise<T> {
  if (scopeOn(pool) !== undefined) {
    const reason = `tx inside tx would be a second transaction, which waits for the first: use ${instead}`;
    return Promise.reject(new InvalidArgumentError(reason));
  }
  return withOriginalErrors(
    clientCall({ bridge, operation, layer: 'sql' }, attempt, {
      key: options.key ?? call.key,
      signal: options.signal ?? call.signal,
      deadlineMs: options.deadlineMs ?? call.deadlineMs,
      maxAttempts: maxAttemptsOf(options),
      idempotent: false,
    }),
  );
}

/** What a failure before COMMIT was sent comes to: whatever breaks then leaves nothing behind. */
export function beforeCommit(
  { bridge, operation }: Pick<TransactionHost, 'bridge' | 'operation'>,
  error: unknown,
): unknown {
  return bridge.explain(error, operation).class === 'unknown_outcome' ? new NothingDone(error) : error;
}
