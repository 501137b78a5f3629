import type { AttemptContext } from '@crossbridge/core';
import { attemptTransaction, type TransactionSteps, type TransactionWork } from '../sql/transaction-attempt.ts';
import { callTransaction } from '../sql/transaction-call.ts';
import { acquire } from './acquire.ts';
import { commit } from './commit.ts';
import type { PgDriverClient } from './driver.ts';
import type { Lease } from './lease.ts';
import type { PoolHost } from './pool-host.ts';
import { learnAbilities } from './server-transactions.ts';
import { TransactionClient } from './transaction-client.ts';
import { beginText, type TransactionOptions } from './transaction-options.ts';

/** Runs a whole transaction as one call of the operation. */
export function runTransaction<T>(
  host: PoolHost,
  work: TransactionWork<PgDriverClient, T>,
  options: TransactionOptions,
): Promise<T> {
  const run = (context: AttemptContext): Promise<T> =>
    attemptTransaction(host, stepsOf(host, options, context), work, context);
  return callTransaction(host, options, 'the client of the first, with SAVEPOINT for parts', run);
}

function stepsOf(
  host: PoolHost,
  options: TransactionOptions,
  context: AttemptContext,
): TransactionSteps<Lease, TransactionClient> {
  const timeLeftMs = timeLeft(host, context);
  return {
    acquire: () => acquire(host, context),
    inside: ({ client }) => new TransactionClient(client),
    async begin({ client }) {
      await learnAbilities(client);
      await client.query(beginText(options));
    },
    commit: (lease, inside) => commit(host, lease, timeLeftMs, () => inside.firstFailure),
    async rollBack(lease) {
      try {
        if (!broken(lease) && lease.client.getTransactionStatus?.() !== 'I') await lease.client.query('ROLLBACK');
        lease.release();
      } catch (error) {
        lease.discard(error);
      }
    },
  };
}

function broken({ client, over }: Lease): boolean {
  return over || client._queryable === false;
}

function timeLeft({ bridge, operation }: PoolHost, context: AttemptContext): () => number {
  const { attemptMs, mode } = bridge.config.operations[operation]?.timeout ?? { attemptMs: null, mode: 'shadow' };
  const untilMs = mode === 'enforce' && attemptMs !== null ? performance.now() + attemptMs : Number.POSITIVE_INFINITY;
  return () => Math.min(untilMs - performance.now(), context.remainingMs);
}
