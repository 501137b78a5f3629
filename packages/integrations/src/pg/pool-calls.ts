import { leadingBack } from './call-stack.ts';
import { isSubmittable, type PgCallback, type PgConnectCallback } from './driver.ts';
import { connectPool } from './pool-connect.ts';
import { isEnding, tooLate, underWayOn } from './pool-end.ts';
import type { PoolHost } from './pool-host.ts';
import { queryPool } from './pool-query.ts';
import { callBack } from './transaction-client.ts';

/** `pool.query`, with a promise or a callback. What is no statement of ours to make is asked as it is. */
export function callPoolQuery(
  host: PoolHost,
  [config, values, callback]: readonly unknown[],
  askAsIs: () => unknown,
): unknown {
  // Such a query is handed over as it is, and what pg says to none at all is its own affair.
  if (config == null || typeof config === 'function' || isSubmittable(config)) return askAsIs();
  const done = (typeof values === 'function' ? values : callback) as PgCallback | undefined;
  const { pool } = host;
  const answer = isEnding(pool)
    ? Promise.reject(tooLate())
    : underWayOn(pool, queryPool(host, config, typeof values === 'function' ? undefined : values));
  return done === undefined ? leadingBack(answer) : callBack(answer, done);
}

/** `pool.connect`, with a promise or a callback. */
export function callPoolConnect(host: PoolHost, callback?: PgConnectCallback): unknown {
  const { pool } = host;
  const connecting = isEnding(pool) ? Promise.reject(tooLate()) : underWayOn(pool, connectPool(host));
  if (callback === undefined) return connecting;
  connecting.then(
    (client) => process.nextTick(callback, undefined, client, client.release),
    (error: Error) => process.nextTick(callback, error, undefined, () => {}),
  );
  return undefined;
}
