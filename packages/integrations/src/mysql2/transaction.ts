import { type AttemptContext, runAsAttempt } from '@crossbridge/core';
import { before } from '../sql/before.ts';
import { CommitOutcomeUnknown } from '../sql/commit-outcome-unknown.ts';
import { anyCause, NotRepeatable } from '../sql/failures.ts';
import { beforeCommit, callTransaction } from '../sql/transaction-call.ts';
import { inScope } from '../sql/transaction-scope.ts';
import { acquire } from './acquire.ts';
import { askConnection, isAnswer, type MysqlConnection } from './driver.ts';
import type { MysqlLease } from './lease.ts';
import type { MysqlHost } from './pool-host.ts';
import { TransactionConnection } from './transaction-connection.ts';
import { beginTexts, type MysqlTransactionOptions } from './transaction-options.ts';

/** What the callback of a transaction is told. */
export interface MysqlTransactionContext {
  /** 1 for the first run of the callback. */
  readonly attempt: number;
  /** Aborts when the transaction is given up. */
  readonly signal: AbortSignal;
}

type Work<T> = (connection: object, context: MysqlTransactionContext) => T | PromiseLike<T>;

/** Runs a whole transaction as one call of the operation. */
export function runTransaction<T>(host: MysqlHost, work: Work<T>, options: MysqlTransactionOptions): Promise<T> {
  const run = (context: AttemptContext) => attemptTransaction(host, work, options, context);
  return callTransaction(host, options, 'the connection of the first', run);
}

async function attemptTransaction<T>(
  host: MysqlHost,
  work: Work<T>,
  options: MysqlTransactionOptions,
  context: AttemptContext,
): Promise<T> {
  const { signal, attempt } = context;
  const lease = await runAsAttempt('sql', () => acquire(host, context));
  const { connection } = lease;
  const abort = (): void => lease.abort();
  signal.addEventListener('abort', abort, { once: true });
  const transaction = new TransactionConnection(connection);
  try {
    signal.throwIfAborted();
    await runAsAttempt('sql', () => begin(host, connection, options));
    const value = await callWork(host, transaction, work, { attempt, signal });
    transaction.end();
    signal.throwIfAborted();
    signal.removeEventListener('abort', abort);
    await runAsAttempt('sql', () => commit(connection, context));
    lease.release();
    return value;
  } catch (error) {
    transaction.end();
    await runAsAttempt('sql', () => rollBack(lease));
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function callWork<T>(
  host: MysqlHost,
  transaction: TransactionConnection,
  work: Work<T>,
  context: MysqlTransactionContext,
): Promise<T> {
  try {
    return await inScope(host.pool, async () => work(transaction.connection, context));
  } catch (error) {
    // What else the callback does may have been done, and is not ours to do again.
    if (!anyCause(error, (link) => transaction.owns(link))) throw new NotRepeatable(error);
    throw beforeCommit(host, error);
  }
}

async function begin(host: MysqlHost, connection: MysqlConnection, options: MysqlTransactionOptions): Promise<void> {
  try {
    for (const text of beginTexts(options)) await askConnection(connection, 'query', text, undefined);
  } catch (error) {
    throw beforeCommit(host, error);
  }
}

/** MySQL and MariaDB cannot be asked what became of a transaction. */
async function commit(connection: MysqlConnection, { remainingMs }: AttemptContext): Promise<void> {
  try {
    const asked = askConnection(connection, 'query', 'COMMIT', undefined);
    await before(asked, { timeoutMs: remainingMs, tooLate: () => new Error('No reply to COMMIT in time') });
  } catch (error) {
    if (isAnswer(error)) throw error;
    connection.destroy();
    throw new CommitOutcomeUnknown(undefined, 'this server cannot be asked for it', error);
  }
}

async function rollBack(lease: MysqlLease): Promise<void> {
  if (lease.over) return;
  try {
    await askConnection(lease.connection, 'query', 'ROLLBACK', undefined);
    lease.release();
  } catch {
    lease.discard();
  }
}
