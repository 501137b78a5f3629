import {
  assertOptions,
  type OptionNames,
  optionNames,
  refuseOption,
  runAsAttempt,
  willAskAbout,
} from '@crossbridge/core';
import {
  assertDatabaseCallOptions,
  assertHardenDatabaseOptions,
  DATABASE_CALL_OPTIONS,
  type DatabaseCallOptions,
  type HardenDatabaseOptions,
} from '../sql/call-options.ts';
import { overridden } from '../sql/proxy.ts';
import type { TransactionContext } from '../sql/transaction-attempt.ts';
import type { ClientOf, PgConnectCallback, PgDriverPool, PgPool } from './driver.ts';
import { callPoolConnect, callPoolQuery } from './pool-calls.ts';
import { endPool } from './pool-end.ts';
import { maxOf, type PoolHost, stateOf } from './pool-host.ts';
import { runTransaction } from './transaction.ts';
import { assertTransactionOptions, type TransactionOptions } from './transaction-options.ts';

export interface HardenPgPoolOptions extends HardenDatabaseOptions {
  /** Callers that may wait for a connection, of all views of the pool. Default: ten for each connection that the pool may have. */
  readonly queue?: number | undefined;
  /**
   * The longest that a caller waits for a connection, in milliseconds. Default: the pool's `connectionTimeoutMillis`, else 10 s. Never more
   * than 80 % of the operation's attempt timeout, so that it is seen for what it is: overload, or a server that cannot be reached.
   */
  readonly acquireTimeoutMs?: number | undefined;
}

/** What a hardened pool has beyond the pool. */
export interface HardenedPgPool<Pool> {
  /**
   * Runs a whole transaction as one call of the operation: BEGIN, the callback, COMMIT; ROLLBACK when the callback throws. Resolves to what the
   * callback returns.
   *
   * - When the transaction certainly left nothing behind (a serialization failure, a deadlock, a connection that broke before COMMIT), the
   *   whole callback runs again, on another connection, as often as the retry policy allows. So it must not do what cannot be done
   *   twice outside of the database.
   * - When the reply to COMMIT is lost, the server is asked what became of the transaction (PostgreSQL 13): committed is success, aborted is run
   *   again. When it cannot tell in time the call fails with a CommitOutcomeUnknown, and nothing is run again. A transaction that wrote nothing
   *   counts as aborted; NOTIFY alone is no write.
   * - Errors that the callback throws itself are passed on as they are and never retried.
   * - On an abort or when time runs out the statement under way is cancelled and the connection closed.
   *
   * @throws InvalidArgumentError inside a transaction of the same pool; CommitOutcomeUnknown; BulkheadFullError when no connection becomes
   * free; what `bridge.run` throws; what the callback throws
   */
  tx<T>(
    work: (client: ClientOf<Pool>, context: TransactionContext) => T | PromiseLike<T>,
    options?: TransactionOptions,
  ): Promise<T>;
  /** The same pool, whose calls are made with these options in place of those given before: `pool.with({ idempotent: true }).query(…)`. */
  with(options: DatabaseCallOptions): Pool & HardenedPgPool<Pool>;
}

const WHOSE = 'hardenPgPool';

const NAMES: OptionNames = new Set([
  ...DATABASE_CALL_OPTIONS,
  ...optionNames<Omit<HardenPgPoolOptions, keyof DatabaseCallOptions>>({
    bridge: true,
    operation: true,
    queue: true,
    acquireTimeoutMs: true,
  }),
]);

/**
 * Puts a pool of pg under the policies of an operation. Returns a view of the pool: class, events, fields and all other methods are the
 * pool's own, and the pool itself stays as it was. Each view may have an operation of its own.
 *
 * - `pool.query` is one call. It is repeated when it certainly did not happen (no connection, refused), or was rolled back as a whole
 *   (deadlock, serialization failure) as a statement of its own; after a lost reply only if the statement may run twice (`idempotent`).
 *   Never inside a transaction that somebody left open, never CALL, DO and texts that begin or end transactions.
 * - `pool.connect` is one call that ends when the connection is there. What is asked of the connection passes untouched.
 * - `pool.tx` runs transactions: see {@link HardenedPgPool.tx}.
 * - No more callers than the pool has connections are let in, others wait in a bounded queue, first come first served. Who does not get
 *   a connection is refused with a BulkheadFullError, which no circuit breaker counts. Inside `tx` a further connection is not waited for
 *   in that queue, and is refused at once where it could never come.
 * - A statement that is given up (abort, timeout, deadline, pg's own `query_timeout`) is cancelled on the server and its connection closed. An
 *   error answer alone costs no connection, as it does in pg-pool.
 * - Connections that break while idle or on loan do not end the process.
 *
 * @throws InvalidArgumentError that names the option, what was given and what is expected
 */
export function hardenPgPool<Pool extends PgPool>(
  pool: Pool,
  options: HardenPgPoolOptions,
): Pool & HardenedPgPool<Pool> {
  assertHardenPgPoolOptions(pool, options);
  const { bridge, operation = 'db.query', queue, acquireTimeoutMs, ...call } = options;
  willAskAbout(operation);
  const driver = pool as unknown as PgDriverPool;
  stateOf(driver);
  return viewOf<Pool>({
    pool: driver,
    bridge,
    operation,
    queue: queue ?? 10 * maxOf(driver),
    acquireTimeoutMs,
    call,
  });
}

function viewOf<Pool>(host: PoolHost): Pool & HardenedPgPool<Pool> {
  const { pool } = host;
  const members = {
    query(config: unknown, values?: unknown, callback?: unknown): unknown {
      return callPoolQuery(host, [config, values, callback], () =>
        runAsAttempt('sql', () => pool.query(config, values, callback)),
      );
    },
    connect(callback?: PgConnectCallback): unknown {
      return callPoolConnect(host, callback);
    },
    end(...args: unknown[]): unknown {
      return endPool(pool, args, () => Reflect.apply(pool.end, pool, args));
    },
    async tx(work: Parameters<typeof runTransaction>[1], options: TransactionOptions = {}): Promise<unknown> {
      assertTransactionOptions(work, options);
      return runTransaction(host, work, options);
    },
    with(options: DatabaseCallOptions): unknown {
      assertOptions(options, DATABASE_CALL_OPTIONS, 'with');
      assertDatabaseCallOptions(options, 'with');
      return viewOf({ ...host, call: { ...host.call, ...options } });
    },
  };
  return overridden(pool, members) as unknown as Pool & HardenedPgPool<Pool>;
}

function assertHardenPgPoolOptions(pool: unknown, options: HardenPgPoolOptions): void {
  const { connect, query, options: own } = (pool ?? {}) as Partial<Record<string, unknown>>;
  if (typeof connect !== 'function' || typeof query !== 'function' || typeof own !== 'object') {
    refuseOption('The first argument', WHOSE, 'a Pool of pg', pool);
  }
  assertOptions(options, NAMES, WHOSE);
  assertHardenDatabaseOptions(options, WHOSE);
  const { queue, acquireTimeoutMs } = options;
  if (queue !== undefined && !(Number.isSafeInteger(queue) && queue >= 0)) {
    refuseOption('queue', WHOSE, 'a whole number of at least 0', queue);
  }
  if (acquireTimeoutMs !== undefined && !(acquireTimeoutMs > 0)) {
    refuseOption('acquireTimeoutMs', WHOSE, 'a number above 0', acquireTimeoutMs);
  }
}
