import { clientCall, onWire } from '../hardened/client-call.ts';
import { withOriginalErrors } from '../sql/failures.ts';
import { scopeOn } from '../sql/transaction-scope.ts';
import { acquire, acquireInside } from './acquire.ts';
import type { PgDriverClient } from './driver.ts';
import type { Lease } from './lease.ts';
import type { PoolHost } from './pool-host.ts';

/**
 * `pool.connect` under the policies of the operation: they are about coming by a connection. What is then asked of it passes without them, in
 * a transaction or not. A loan is one piece of work: a statement that a policy held back or refused would leave a transaction open, or give the
 * next user of the connection the role, the settings or the advisory lock of this one; and if it waited in a bulkhead for those that wait
 * for its connection, neither would ever go on.
 */
export async function connectPool(host: PoolHost): Promise<PgDriverClient> {
  const { pool, call } = host;
  const { key, signal, deadlineMs } = call;
  const scope = scopeOn(pool);
  const lease = await withOriginalErrors(
    scope === undefined
      ? clientCall(
          { ...host, layer: 'sql' },
          onWire('sql', (context) => acquireWanted(host, context)),
          { key, signal, deadlineMs, idempotent: false },
        )
      : acquireInside(host, scope, signal),
  );
  const { client } = lease;
  const release = client.release;
  // The pool makes a new one for each loan.
  Object.assign(client, {
    release(error?: Error | boolean): void {
      if (lease.over) release?.(error);
      else lease.hand(error, release);
    },
  });
  return client;
}

/** Nobody waits for a connection that comes after its attempt has ended. */
async function acquireWanted(host: PoolHost, context: Parameters<typeof acquire>[1]): Promise<Lease> {
  const lease = await acquire(host, context);
  if (!context.signal.aborted) return lease;
  lease.release();
  throw context.signal.reason;
}
