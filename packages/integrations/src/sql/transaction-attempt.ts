import { type AttemptContext, runAsAttempt } from '@crossbridge/core';
import { NotRepeatable } from './failures.ts';
import { beforeCommit, type TransactionHost } from './transaction-call.ts';
import { inScope } from './transaction-scope.ts';

/** What the callback of a transaction is told. */
export interface TransactionContext {
  /** 1 for the first run of the callback. */
  readonly attempt: number;
  /** Aborts when the transaction is given up: for what else the callback waits for. */
  readonly signal: AbortSignal;
}

/** What the application does in a transaction. */
export type TransactionWork<Given, T> = (given: Given, context: TransactionContext) => T | PromiseLike<T>;

/** A connection on loan. */
export interface TransactionLease {
  release(): void;
  /** Ends what runs on it, then closes it. */
  abort(): void;
}

/** A connection as the callback of a transaction sees it. */
export interface InsideTransaction<Given> {
  readonly given: Given;
  /** From now on nothing can be asked of it: the connection belongs to others. */
  end(): void;
  /** Whether the error, or one of its causes, is that of a statement of this transaction. */
  owns(error: unknown): boolean;
}

/** What differs between drivers in one attempt at a transaction. */
export interface TransactionSteps<Lease extends TransactionLease, Inside> {
  acquire(): Promise<Lease>;
  inside(lease: Lease): Inside;
  begin(lease: Lease): Promise<void>;
  /** Commits, and is sure of it or says that it is not. Has the connection closed where it is not to be used again. */
  commit(lease: Lease, inside: Inside): Promise<void>;
  /** Takes back what was done and gives back the connection, where that has not happened yet. Must not throw. */
  rollBack(lease: Lease): Promise<void>;
}

/** One attempt at a whole transaction: BEGIN, the callback, COMMIT or ROLLBACK, on a connection of its own. */
export async function attemptTransaction<
  Lease extends TransactionLease,
  Given,
  Inside extends InsideTransaction<Given>,
  T,
>(
  host: TransactionHost,
  steps: TransactionSteps<Lease, Inside>,
  work: TransactionWork<Given, T>,
  { signal, attempt }: AttemptContext,
): Promise<T> {
  const lease = await runAsAttempt('sql', () => steps.acquire());
  const abort = (): void => lease.abort();
  signal.addEventListener('abort', abort, { once: true });
  const inside = steps.inside(lease);
  try {
    signal.throwIfAborted();
    await runAsAttempt('sql', () => begin(host, steps, lease));
    const value = await callWork(host, inside, work, { attempt, signal });
    inside.end();
    signal.throwIfAborted();
    // From here on the transaction decides itself: an abort ends the wait for it, but cancels nothing.
    signal.removeEventListener('abort', abort);
    await runAsAttempt('sql', () => steps.commit(lease, inside));
    lease.release();
    return value;
  } catch (error) {
    inside.end();
    await runAsAttempt('sql', () => steps.rollBack(lease));
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function begin<Lease extends TransactionLease>(
  host: TransactionHost,
  steps: Pick<TransactionSteps<Lease, never>, 'begin'>,
  lease: Lease,
): Promise<void> {
  try {
    await steps.begin(lease);
  } catch (error) {
    throw beforeCommit(host, error);
  }
}

async function callWork<Given, T>(
  host: TransactionHost,
  inside: InsideTransaction<Given>,
  work: TransactionWork<Given, T>,
  context: TransactionContext,
): Promise<T> {
  try {
    return await inScope(host.pool, async () => work(inside.given, context));
  } catch (error) {
    // What else the callback does may have been done, and is not ours to do again.
    if (!inside.owns(error)) throw new NotRepeatable(error);
    throw beforeCommit(host, error);
  }
}
