import type { AttemptContext } from '@crossbridge/core';
import { clientCall, onWire } from '../hardened/client-call.ts';
import type { DatabaseCallOptions } from '../sql/call-options.ts';
import { NotRepeatable, withOriginalErrors } from '../sql/failures.ts';
import { readSql, type SqlText } from '../sql/statement.ts';
import { scopeOn } from '../sql/transaction-scope.ts';
import { acquire, acquireInside } from './acquire.ts';
import { textOf } from './driver.ts';
import type { Lease } from './lease.ts';
import type { PoolHost } from './pool-host.ts';

/** Of a prepared statement that is called by its name alone nothing is known. */
const UNKNOWN_TEXT: SqlText = { reads: false, atomic: true, controls: false };

/**
 * `pool.query` under the policies of the operation: each attempt takes a connection, asks, and gives it back. Inside a transaction of the
 * same pool it is an extra of that transaction's call, without policies of its own.
 */
export function queryPool(host: PoolHost, config: unknown, values: unknown): Promise<unknown> {
  const { call, pool } = host;
  const text = textOf(config);
  const sql = text === undefined ? UNKNOWN_TEXT : readSql(text, 'postgres');
  const scope = scopeOn(pool);
  if (scope !== undefined) {
    return withOriginalErrors(acquireInside(host, scope, call.signal).then((lease) => ask(lease, config, values, sql)));
  }
  return withOriginalErrors(
    clientCall(
      { ...host, layer: 'sql' },
      onWire('sql', (context) => attempt(host, context, config, values, sql)),
      { key: call.key, signal: call.signal, deadlineMs: call.deadlineMs, idempotent: mayRunTwice(call, sql) },
    ),
  );
}

function mayRunTwice({ idempotent = false }: DatabaseCallOptions, sql: SqlText): boolean {
  return idempotent === 'reads' ? sql.reads : idempotent;
}

async function attempt(
  host: PoolHost,
  context: AttemptContext,
  config: unknown,
  values: unknown,
  sql: SqlText,
): Promise<unknown> {
  const { signal } = context;
  const lease = await acquire(host, context);
  if (signal.aborted) {
    lease.release();
    throw signal.reason;
  }
  const abort = (): void => lease.abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await ask(lease, config, values, sql);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function ask(lease: Lease, config: unknown, values: unknown, sql: SqlText): Promise<unknown> {
  const { client } = lease;
  const status = client.getTransactionStatus?.() ?? 'I';
  return new Promise((resolve, reject) => {
    // With a callback, because that wins over one in the config, as it does in `pool.query`.
    const query = (): unknown =>
      client.query(config, values, (error, result) => {
        if (!error) {
          lease.release();
          resolve(result);
          return;
        }
        // At once: the server may say in the same breath that it is ready.
        lease.releaseAfter(error);
        // In a transaction that somebody left open, or with a commit in its midst, part of it may have been done.
        reject(status === 'I' && sql.atomic ? error : new NotRepeatable(error));
      });
    try {
      query();
    } catch (error) {
      // Of something that is no query, pg says so by throwing.
      lease.release();
      reject(error);
    }
  });
}
