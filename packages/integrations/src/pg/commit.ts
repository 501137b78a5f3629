import { before } from '../sql/before.ts';
import { CommitOutcomeUnknown } from '../sql/commit-outcome-unknown.ts';
import { NothingDone } from '../sql/failures.ts';
import { isAnswer, type PgResult } from './driver.ts';
import type { Lease } from './lease.ts';
import type { PoolHost } from './pool-host.ts';
import { resolveCommit } from './resolve-commit.ts';
import { type CurrentTransaction, currentTransaction } from './server-transactions.ts';

/** How long a reply to COMMIT, and then the search for its outcome, may take when no deadline says so. */
const DEFAULT_COMMIT_MS = 30_000;
/** Of the time that is left, for the reply itself; the rest is for finding out what became of it. */
const SHARE_OF_REPLY = 0.6;
/** Of the time that is left then, so that the answer comes before the attempt is cut off. */
const SHARE_OF_SEARCH = 0.8;

/**
 * Commits, and is sure of it. When the reply is lost the server is asked, over another connection, what became of the transaction.
 *
 * @param timeLeftMs asked when it matters; Infinity without a deadline
 * @param firstFailure what the first statement that failed has failed with
 * @throws NothingDone when it was not committed, so that all of it may be done again; CommitOutcomeUnknown when nobody can tell
 */
export async function commit(
  host: PoolHost,
  lease: Lease,
  timeLeftMs: () => number,
  firstFailure: () => unknown,
): Promise<void> {
  const { client } = lease;
  const failed = (): unknown => firstFailure() ?? new Error('The server rolled the transaction back');
  let transaction: CurrentTransaction;
  try {
    transaction = await currentTransaction(client);
  } catch (error) {
    // A callback that has swallowed the failure of a statement: nothing more is heard in that transaction.
    throw isAnswer(error) ? failed() : new NothingDone(error);
  }
  const replyMs = Math.min(timeLeftMs(), DEFAULT_COMMIT_MS) * SHARE_OF_REPLY;
  let result: PgResult;
  try {
    result = await before(client.query('COMMIT'), {
      timeoutMs: replyMs,
      tooLate: () =>
        Object.assign(new Error(`No reply to COMMIT within ${Math.round(replyMs)} ms`), { code: 'ETIMEDOUT' }),
    });
  } catch (error) {
    if (isAnswer(error)) throw error;
    // Not cancelled: a COMMIT that waits is better done than undone.
    lease.discard(error);
    await findOut(host, transaction, error, timeLeftMs);
    return;
  }
  // What the server makes of COMMIT in a transaction that has failed.
  if (result.command === 'ROLLBACK') throw failed();
}

async function findOut(
  host: PoolHost,
  transaction: CurrentTransaction,
  error: unknown,
  timeLeftMs: () => number,
): Promise<void> {
  if (transaction === 'unsupported') {
    throw new CommitOutcomeUnknown(undefined, 'this server cannot be asked for it', error);
  }
  // It has changed nothing, so there is nothing to be done twice.
  if (transaction === 'none') throw new NothingDone(error);
  const timeoutMs = Math.min(timeLeftMs(), DEFAULT_COMMIT_MS) * SHARE_OF_SEARCH;
  const outcome = await resolveCommit(host, transaction, timeoutMs);
  if (outcome === 'committed') return;
  if (outcome === 'aborted') throw new NothingDone(error);
  throw new CommitOutcomeUnknown(transaction.id, outcome.unknown, error);
}
