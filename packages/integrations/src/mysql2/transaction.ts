import type { AttemptContext } from '@crossbridge/core';
import { before } from '../sql/before.ts';
import { CommitOutcomeUnknown } from '../sql/commit-outcome-unknown.ts';
import { attemptTransaction, type TransactionSteps, type TransactionWork } from '../sql/transaction-attempt.ts';
import { callTransaction } from '../sql/transaction-call.ts';
import { acquire } from './acquire.ts';
import { askConnection, isAnswer, type MysqlConnection } from './driver.ts';
import type { MysqlLease } from './lease.ts';
import type { MysqlHost } from './pool-host.ts';
import { TransactionConnection } from './transaction-connection.ts';
import { beginTexts, type MysqlTransactionOptions } from './transaction-options.ts';

/** Runs a whole transaction as one call of the operation. */
export function runTransaction<T>(
  host: MysqlHost,
  work: TransactionWork<object, T>,
  options: MysqlTransactionOptions,
): Promise<T> {
  const run = (context: AttemptContext): Promise<T> =>
    attemptTransaction(host, stepsOf(host, options, context), work, context);
  return callTransaction(host, options, 'the connection of the first', run);
}

function stepsOf(
  host: MysqlHost,
  options: MysqlTransactionOptions,
  context: AttemptContext,
): TransactionSteps<MysqlLease, TransactionConnection> {
  return {
    acquire: () => acquire(host, context),
    inside: ({ connection }) => new TransactionConnection(connection),
    async begin({ connection }) {
      for (const text of beginTexts(options)) await askConnection(connection, 'query', text, undefined);
    },
    commit: ({ connection }) => commit(connection, context),
    async rollBack(lease) {
      if (lease.over) return;
      try {
        await askConnection(lease.connection, 'query', 'ROLLBACK', undefined);
        lease.release();
      } catch {
        lease.discard();
      }
    },
  };
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
