import type { AttemptContext } from '@crossbridge/core';
import { clientCall, onWire } from '../hardened/client-call.ts';
import { NotRepeatable, withOriginalErrors } from '../sql/failures.ts';
import { readSql, type SqlText } from '../sql/statement.ts';
import { scopeOn } from '../sql/transaction-scope.ts';
import { acquire } from './acquire.ts';
import { askConnection, sqlOf, type Way } from './driver.ts';
import type { MysqlHost } from './pool-host.ts';

/** `pool.query` and `pool.execute` under the policies of the operation; inside a transaction of the same pool without policies of its own. */
export function queryPool(host: MysqlHost, way: Way, sql: unknown, values: unknown): Promise<[unknown, unknown]> {
  const { call, pool } = host;
  const text = readSql(sqlOf(sql), 'mysql');
  const run = (context: Pick<AttemptContext, 'signal' | 'remainingMs'>) =>
    attempt(host, context, way, sql, values, text);
  if (scopeOn(pool) !== undefined) {
    const signal = call.signal ?? new AbortController().signal;
    return withOriginalErrors(run({ signal, remainingMs: Number.POSITIVE_INFINITY }));
  }
  const { key, signal, deadlineMs, idempotent = false } = call;
  const twice = idempotent === 'reads' ? text.reads : idempotent;
  const options = { key, signal, deadlineMs, idempotent: twice };
  return withOriginalErrors(clientCall({ ...host, layer: 'sql' }, onWire('sql', run), options));
}

async function attempt(
  host: MysqlHost,
  context: Pick<AttemptContext, 'signal' | 'remainingMs'>,
  way: Way,
  sql: unknown,
  values: unknown,
  text: SqlText,
): Promise<[unknown, unknown]> {
  const { signal } = context;
  const lease = await acquire(host, context);
  if (signal.aborted) {
    lease.release();
    throw signal.reason;
  }
  const abort = (): void => lease.abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const result = await askConnection(lease.connection, way, sql, values);
    lease.release();
    return result;
  } catch (error) {
    lease.release(error);
    // Of several statements, or a procedure, part may have been committed.
    throw text.atomic ? error : new NotRepeatable(error);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
