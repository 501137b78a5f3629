import { setTimeout as sleep } from 'node:timers/promises';
import { type AttemptContext, InvalidArgumentError } from '@crossbridge/core';
import { clientCall } from '../hardened/client-call.ts';
import { CommitOutcomeUnknown } from '../sql/commit-outcome-unknown.ts';
import { anyCause, NothingDone, NotRepeatable, withOriginalErrors } from '../sql/failures.ts';
import { inScope, scopeOn } from '../sql/transaction-scope.ts';
import type { PostgresSql } from './driver.ts';
import type { PostgresHost } from './run-query.ts';
import { TransactionWatch } from './transaction-sql.ts';

type Work = (sql: PostgresSql) => unknown;

/** How long the server is asked for the outcome of a COMMIT when no deadline says so, and how often. */
const SEARCH_MS = 10_000;
const SEARCH_EVERY_MS = 50;

/** What is known of a transaction when it is about to commit. */
interface Transaction {
  /** Null as long as it has written nothing. */
  readonly id: string | null;
  /** The history that the server writes. A replica that was promoted begins another one. */
  readonly timeline: string;
}

/** The first eight digits of the name of a WAL file. */
const TIMELINE = 'left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)';

const UNASKABLE: Transaction = { id: '', timeline: '' };

/** Whether the server can be asked what became of a transaction; by the function of postgres.js. */
const able = new WeakMap<PostgresSql, Promise<boolean>>();

/** `sql.begin` as one call of the operation. */
export function runTransaction(host: PostgresHost, options: string, work: Work): Promise<unknown> {
  const { sql, call } = host;
  if (scopeOn(sql) !== undefined) {
    const reason =
      'begin inside begin would be a second transaction, which may wait for the first: use the sql of the first, and its savepoint';
    return Promise.reject(new InvalidArgumentError(reason));
  }
  const { key, signal, deadlineMs } = call;
  const run = (context: AttemptContext) => attempt(host, options, work, context);
  const asked = { key, signal, deadlineMs, idempotent: false };
  return withOriginalErrors(clientCall({ ...host, layer: 'sql' }, run, asked));
}

async function attempt(host: PostgresHost, options: string, work: Work, context: AttemptContext): Promise<unknown> {
  const { sql, bridge, operation } = host;
  const watch = new TransactionWatch(context.signal);
  context.signal.addEventListener('abort', watch.cancel, { once: true });
  const thrown: unknown[] = [];
  let result: unknown;
  let transaction: Transaction | undefined;
  try {
    const canAsk = await canBeAsked(sql);
    return await sql.begin(options, async (own) => {
      try {
        result = await callWork(sql, watch.of(own), work);
      } catch (error) {
        thrown.push(error);
        throw error;
      }
      context.signal.throwIfAborted();
      const found = canAsk ? await current(own) : UNASKABLE;
      // What comes late must not commit what was given up.
      context.signal.throwIfAborted();
      transaction = found;
      return result;
    });
  } catch (error) {
    // What else the callback does may have been done, and is not ours to do again.
    const foreign = thrown.find((own) => !anyCause(own, (link) => watch.owns(link)));
    if (foreign !== undefined) throw new NotRepeatable(foreign);
    if (bridge.explain(error, operation).class !== 'unknown_outcome') throw error;
    // Whatever breaks before COMMIT is sent leaves nothing behind, and neither does what has written nothing.
    if (transaction === undefined || transaction.id === null) throw new NothingDone(error);
    await findOut(sql, transaction, error, context);
    return result;
  } finally {
    context.signal.removeEventListener('abort', watch.cancel);
  }
}

async function callWork(sql: PostgresSql, own: PostgresSql, work: Work): Promise<unknown> {
  return inScope(sql, async () => {
    const value = await work(own);
    return Array.isArray(value) ? Promise.all(value) : value;
  });
}

async function current(sql: PostgresSql): Promise<Transaction> {
  const rows = await sql.unsafe(`select pg_current_xact_id_if_assigned()::text as id, ${TIMELINE} as timeline`);
  return (rows as Transaction[])[0] as Transaction;
}

/** Asked once, outside of a transaction, which a failure would end. */
function canBeAsked(sql: PostgresSql): Promise<boolean> {
  let asking = able.get(sql);
  if (asking === undefined) {
    asking = Promise.resolve(sql.unsafe(`select pg_current_xact_id_if_assigned(), ${TIMELINE}`)).then(
      () => true,
      (error: unknown) => {
        if ((error as { readonly name?: unknown }).name === 'PostgresError') return false;
        able.delete(sql);
        throw error;
      },
    );
    able.set(sql, asking);
  }
  return asking;
}

/** Resolves when it was committed. Asks again and again while the server cannot be reached or has not decided. */
async function findOut(
  sql: PostgresSql,
  { id, timeline }: Transaction,
  error: unknown,
  { signal, remainingMs }: AttemptContext,
): Promise<void> {
  if (id === UNASKABLE.id) throw new CommitOutcomeUnknown(undefined, 'this server cannot be asked for it', error);
  const untilMs = performance.now() + Math.min(remainingMs, SEARCH_MS) * 0.8;
  while (performance.now() < untilMs && !signal.aborted) {
    const [row] = await ask(sql, id as string);
    if (row !== undefined && row.timeline !== timeline) break;
    if (row?.status === 'committed') return;
    if (row?.status === 'aborted') throw new NothingDone(error);
    await sleep(SEARCH_EVERY_MS);
  }
  throw new CommitOutcomeUnknown(id as string, 'the server did not say in time what became of it', error);
}

async function ask(sql: PostgresSql, id: string): Promise<{ readonly status: string; readonly timeline: string }[]> {
  try {
    const rows = await sql.unsafe(`select pg_xact_status($1::text::xid8) as status, ${TIMELINE} as timeline`, [id]);
    return rows as { status: string; timeline: string }[];
  } catch {
    return [];
  }
}
