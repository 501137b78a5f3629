import type { AttemptContext } from '@crossbridge/core';
import { clientCall, onWire } from '../hardened/client-call.ts';
import { withOriginalErrors } from '../sql/failures.ts';
import { acquire } from './acquire.ts';
import type { MysqlConnection } from './driver.ts';
import type { MysqlHost } from './pool-host.ts';

/**
 * `pool.getConnection` under the policies of the operation: they are about coming by a connection. What is then asked of it passes without
 * them, since a statement that a policy held back or refused would hold up, or leave open, the transaction that it is part of.
 */
export function getFromPool(host: MysqlHost): Promise<MysqlConnection> {
  const { key, signal, deadlineMs } = host.call;
  const attempt = onWire('sql', (context) => acquireWanted(host, context));
  return withOriginalErrors(
    clientCall({ ...host, layer: 'sql' }, attempt, { key, signal, deadlineMs, idempotent: false }),
  );
}

/** Nobody waits for a connection that comes after its attempt has ended. */
async function acquireWanted(host: MysqlHost, context: AttemptContext): Promise<MysqlConnection> {
  const lease = await acquire(host, context);
  if (!context.signal.aborted) return lease.connection;
  lease.release();
  throw context.signal.reason;
}
