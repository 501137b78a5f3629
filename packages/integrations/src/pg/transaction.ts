import { type AttemptContext, runAsAttempt } from '@crossbridge/core';
import { NotRepeatable } from '../sql/failures.ts';
import { beforeCommit, callTransaction } from '../sql/transaction-call.ts';
import { inScope } from '../sql/transaction-scope.ts';
import { acquire } from './acquire.ts';
import { commit } from './commit.ts';
import type { PgDriverClient } from './driver.ts';
import type { Lease } from './lease.ts';
import type { PoolHost } from './pool-host.ts';
import { learnAbilities } from './server-transactions.ts';
import { TransactionClient } from './transaction-client.ts';
import { beginText, type TransactionOptions } from './transaction-options.ts';

/** What the callback of a transaction is told. */
export interface TransactionContext {
  /** 1 for the first run of the callback. */
  readonly attempt: number;
  /** Aborts when the transaction is given up: for what else the callback waits for. */
  readonly signal: AbortSignal;
}

type Work<T> = (client: PgDriverClient, context: TransactionContext) => T | PromiseLike<T>;

/** Runs a whole transaction as one call of the operation. */
export function runTransaction<T>(host: PoolHost, work: Work<T>, options: TransactionOptions): Promise<T> {
  const run = (context: AttemptContext) => attemptTransaction(host, work, options, context);
  return callTransaction(host, options, 'the client of the first, with SAVEPOINT for parts', run);
}

async function attemptTransaction<T>(
  host: PoolHost,
  work: Work<T>,
  options: TransactionOptions,
  context: AttemptContext,
): Promise<T> {
  const { signal, attempt } = context;
  const timeLeftMs = timeLeft(host, context);
  const lease = await runAsAttempt('sql', () => acquire(host, context));
  const abort = (): void => lease.abort();
  signal.addEventListener('abort', abort, { once: true });
  const transaction = new TransactionClient(lease.client);
  try {
    signal.throwIfAborted();
    await runAsAttempt('sql', () => begin(host, lease, options));
    const value = await callWork(host, transaction, work, { attempt, signal });
    transaction.end();
    signal.throwIfAborted();
    // From here on the transaction decides itself: an abort ends the wait for it, but cancels nothing.
    signal.removeEventListener('abort', abort);
    await runAsAttempt('sql', () => commit(host, lease, timeLeftMs, () => transaction.firstFailure));
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

async function begin(host: PoolHost, lease: Lease, options: TransactionOptions): Promise<void> {
  try {
    await learnAbilities(lease.client);
    await lease.client.query(beginText(options));
  } catch (error) {
    throw beforeCommit(host, error);
  }
}

async function callWork<T>(
  host: PoolHost,
  transaction: TransactionClient,
  work: Work<T>,
  context: TransactionContext,
): Promise<T> {
  try {
    return await inScope(host.pool, async () => work(transaction.client, context));
  } catch (error) {
    // What else the callback does may have been done, and is not ours to do again.
    if (!transaction.owns(error)) throw new NotRepeatable(error);
    throw beforeCommit(host, error);
  }
}

async function rollBack(lease: Lease): Promise<void> {
  try {
    if (!broken(lease) && lease.client.getTransactionStatus?.() !== 'I') await lease.client.query('ROLLBACK');
    lease.release();
  } catch (error) {
    lease.discard(error);
  }
}

function broken({ client, over }: Lease): boolean {
  return over || client._queryable === false;
}

function timeLeft({ bridge, operation }: PoolHost, context: AttemptContext): () => number {
  const { attemptMs, mode } = bridge.config.operations[operation]?.timeout ?? { attemptMs: null, mode: 'shadow' };
  const untilMs = mode === 'enforce' && attemptMs !== null ? performance.now() + attemptMs : Number.POSITIVE_INFINITY;
  return () => Math.min(untilMs - performance.now(), context.remainingMs);
}
