import { setTimeout as sleep } from 'node:timers/promises';
import { before } from '../sql/before.ts';
import { isAnswer, type PgDriverClient } from './driver.ts';
import type { PoolHost } from './pool-host.ts';
import { type ServerTransaction, statusOf, timelineOf } from './server-transactions.ts';

export type CommitOutcome = 'committed' | 'aborted' | { readonly unknown: string };

const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 500;

/**
 * Finds out what became of a transaction whose COMMIT was not answered: over a connection of its own, since the pool may be exhausted,
 * and again and again while the server cannot be reached or has not decided yet.
 */
export async function resolveCommit(
  host: PoolHost,
  transaction: ServerTransaction,
  timeoutMs: number,
): Promise<CommitOutcome> {
  const untilMs = performance.now() + timeoutMs;
  let reason = 'the server was not asked';
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0) return { unknown: reason };
    try {
      const answer = await askOnce(host, transaction, leftMs);
      if (answer !== 'in progress') return answer;
      reason = `the server had not decided it within ${Math.round(timeoutMs)} ms`;
    } catch (error) {
      // A server that answers with an error knows nothing of this transaction.
      if (isAnswer(error)) return { unknown: 'the server does not know of it' };
      reason = `the server could not be asked within ${Math.round(timeoutMs)} ms`;
    }
    await sleep(Math.min(waitMs, Math.max(0, untilMs - performance.now())));
  }
}

async function askOnce(
  { pool }: PoolHost,
  { id, timeline }: ServerTransaction,
  timeoutMs: number,
): Promise<CommitOutcome | 'in progress'> {
  const client = new pool.Client(pool.options);
  client.on('error', () => {});
  try {
    const asking = connected(client).then(async (): Promise<CommitOutcome | 'in progress'> => {
      const now = await timelineOf(client);
      if (timeline !== undefined && timeline !== now) {
        return { unknown: 'another server has taken over since, which need not have it' };
      }
      const status = await statusOf(client, id);
      if (status === 'committed' || status === 'aborted' || status === 'in progress') return status;
      return { unknown: 'the server has forgotten it' };
    });
    return await before(asking, { timeoutMs, tooLate: () => new Error('too late') });
  } finally {
    close(client);
  }
}

async function connected(client: PgDriverClient): Promise<void> {
  await client.connect();
}

function close(client: PgDriverClient): void {
  void client.end().catch(() => {});
}
