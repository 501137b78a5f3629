import { assertOptions, type OptionNames, optionNames, refuseOption, willAskAbout } from '@crossbridge/core';
import {
  assertDatabaseCallOptions,
  assertHardenDatabaseOptions,
  DATABASE_CALL_OPTIONS,
  type DatabaseCallOptions,
  type HardenDatabaseOptions,
} from '../sql/call-options.ts';
import { overridden } from '../sql/proxy.ts';
import type { TransactionContext } from '../sql/transaction-attempt.ts';
import { callBack, callbackOf } from './callback.ts';
import type { MysqlConnectionOf, MysqlDriverPool, MysqlPool, MysqlPromisePool, Way } from './driver.ts';
import { gateOf, type MysqlHost } from './pool-host.ts';
import { queryPool } from './pool-query.ts';
import { runTransaction } from './transaction.ts';
import { assertTransactionOptions, type MysqlTransactionOptions } from './transaction-options.ts';

export interface HardenMysqlPoolOptions extends HardenDatabaseOptions {
  /** Callers of `query`, `execute` and `tx` that may wait for a connection. Default: ten for each connection that the pool may have. */
  readonly queue?: number | undefined;
  /** The longest that a caller waits for a connection, in milliseconds. Default 10 s, and at most 80 % of the attempt timeout. */
  readonly acquireTimeoutMs?: number | undefined;
}

/** What a hardened pool has beyond the pool. */
export interface HardenedMysqlPool<Pool> {
  /**
   * Runs a whole transaction as one call of the operation. The callback gets the connection with promises, and runs again, as often as the retry
   * policy allows, when the transaction certainly left nothing behind: after a deadlock, after a lock wait timeout (it is rolled back as a
   * whole), after a connection that broke before COMMIT. When the reply to COMMIT is lost the call fails with a CommitOutcomeUnknown, because no
   * MySQL or MariaDB can be asked what became of it; nothing is run again.
   *
   * @throws InvalidArgumentError inside a transaction of the same pool; CommitOutcomeUnknown; what `bridge.run` and the callback throw
   */
  tx<T>(
    work: (connection: MysqlConnectionOf<Pool>, context: TransactionContext) => T | PromiseLike<T>,
    options?: MysqlTransactionOptions,
  ): Promise<T>;
  /** The same pool, whose calls are made with these options in place of those given before. */
  with(options: DatabaseCallOptions): Pool & HardenedMysqlPool<Pool>;
}

const WHOSE = 'hardenMysqlPool';

const NAMES: OptionNames = new Set([
  ...DATABASE_CALL_OPTIONS,
  ...optionNames<Omit<HardenMysqlPoolOptions, keyof DatabaseCallOptions>>({
    bridge: true,
    operation: true,
    queue: true,
    acquireTimeoutMs: true,
  }),
]);

/**
 * Puts a pool of mysql2, with callbacks or with promises, under the policies of an operation. Returns a view of the pool; all else is the
 * pool's own.
 *
 * - `query` and `execute` are one call each. A statement is repeated when it certainly did not happen, or was rolled back as a whole (deadlock)
 *   as a statement of its own; after a lost reply only if it may run twice (`idempotent`). Several statements in one text, procedures, and what
 *   ends a transaction are never repeated once they were sent. The sessions must be in autocommit mode.
 * - Callers wait for a connection in a bounded queue. Who does not get one is refused with a BulkheadFullError, which no circuit breaker counts.
 * - A statement that is given up (abort, timeout, deadline) is killed on the server and its connection closed.
 * - `getConnection`, and queries without a callback on a pool with callbacks (streams), pass untouched.
 *
 * @throws InvalidArgumentError that names the option, what was given and what is expected
 */
export function hardenMysqlPool<Pool extends MysqlPool>(
  pool: Pool,
  options: HardenMysqlPoolOptions,
): Pool & HardenedMysqlPool<Pool> {
  const promised = (pool as Partial<MysqlPromisePool> | null | undefined)?.pool;
  const driver = (promised ?? pool) as unknown as MysqlDriverPool;
  if (typeof driver?.getConnection !== 'function' || typeof driver.config?.connectionLimit !== 'number') {
    refuseOption('The first argument', WHOSE, 'a pool of mysql2', pool);
  }
  assertOptions(options, NAMES, WHOSE);
  assertHardenDatabaseOptions(options, WHOSE);
  const { bridge, operation = 'db.query', queue, acquireTimeoutMs = 10_000, ...call } = options;
  willAskAbout(operation);
  const host = { pool: driver, gate: gateOf(driver), bridge, operation, acquireTimeoutMs, call };
  return viewOf<Pool>(pool, { ...host, queue: queue ?? 10 * driver.config.connectionLimit }, promised !== undefined);
}

function viewOf<Pool extends object>(pool: Pool, host: MysqlHost, promises: boolean): Pool & HardenedMysqlPool<Pool> {
  const ask =
    (way: Way) =>
    (...args: unknown[]): unknown => {
      const done = callbackOf(args);
      if (promises ? done !== undefined : done === undefined) {
        return Reflect.apply((pool as Record<Way, (...all: unknown[]) => unknown>)[way], pool, args);
      }
      const values = args[1] === done ? undefined : args[1];
      if (done === undefined) return queryPool(host, way, args[0], values);
      return callBack(() => queryPool(host, way, args[0], values), done);
    };
  const members = {
    query: ask('query'),
    execute: ask('execute'),
    async tx(work: Parameters<typeof runTransaction>[1], options: MysqlTransactionOptions = {}): Promise<unknown> {
      assertTransactionOptions(work, options);
      return runTransaction(host, work, options);
    },
    with(options: DatabaseCallOptions): unknown {
      assertOptions(options, DATABASE_CALL_OPTIONS, 'with');
      assertDatabaseCallOptions(options, 'with');
      return viewOf(pool, { ...host, call: { ...host.call, ...options } }, promises);
    },
  };
  return overridden(pool, members) as Pool & HardenedMysqlPool<Pool>;
}
