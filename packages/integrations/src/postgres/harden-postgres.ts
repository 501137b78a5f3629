import { assertOptions, type OptionNames, optionNames, refuseOption, willAskAbout } from '@crossbridge/core';
import {
  assertDatabaseCallOptions,
  assertHardenDatabaseOptions,
  DATABASE_CALL_OPTIONS,
  type DatabaseCallOptions,
  type HardenDatabaseOptions,
} from '../sql/call-options.ts';
import { isQuery, type PostgresSql } from './driver.ts';
import { type PostgresHost, underPolicies } from './run-query.ts';
import { runTransaction } from './transaction.ts';

/** The function that postgres.js gives. */
export interface PostgresTag {
  unsafe(...args: never): unknown;
  begin(...args: never): unknown;
  readonly options: object;
}

/** What a hardened `sql` has beyond it. */
export interface HardenedPostgres<Sql> {
  /** The same `sql`, whose calls are made with these options in place of those given before. */
  with(options: DatabaseCallOptions): Sql & HardenedPostgres<Sql>;
}

const WHOSE = 'hardenPostgres';

const NAMES: OptionNames = new Set([
  ...DATABASE_CALL_OPTIONS,
  ...optionNames<Omit<HardenDatabaseOptions, keyof DatabaseCallOptions>>({ bridge: true, operation: true }),
]);

/**
 * Puts the `sql` of postgres.js under the policies of an operation. Returns a view of it; all else is its own.
 *
 * - A query is one call, made when it is waited for; as a fragment of another it is none. It is repeated when it certainly did not happen, or was
 *   rolled back as a whole as a statement of its own; after a lost reply only if it may run twice (`idempotent`).
 * - `sql.begin` is one call. The whole callback runs again when the transaction certainly left nothing behind; when the reply to COMMIT is lost the
 *   server is asked what became of it (PostgreSQL 13), and a CommitOutcomeUnknown says that nobody could tell in time. A COMMIT that is not
 *   answered at all ends with the attempt timeout, its outcome unknown. What runs in it is cancelled when it is given up before.
 * - postgres.js keeps queries while it has no connection, without bound: give the operation an attempt timeout and a bulkhead, which both end that.
 *   A query that is given up there is never sent; one that runs is cancelled.
 * - Cursors, streams, forEach, describe, listen, reserve and file pass untouched, and so does what is asked inside `begin`.
 *
 * @throws InvalidArgumentError that names the option, what was given and what is expected
 */
export function hardenPostgres<Sql extends PostgresTag>(
  sql: Sql,
  options: HardenDatabaseOptions,
): Sql & HardenedPostgres<Sql> {
  if (typeof sql !== 'function' || typeof (sql as Partial<PostgresTag>).begin !== 'function') {
    refuseOption('The first argument', WHOSE, 'the sql of postgres.js', sql);
  }
  assertOptions(options, NAMES, WHOSE);
  assertHardenDatabaseOptions(options, WHOSE);
  const { bridge, operation = 'db.query', ...call } = options;
  willAskAbout(operation);
  return viewOf<Sql>({ sql: sql as unknown as PostgresSql, bridge, operation, call });
}

function viewOf<Sql>(host: PostgresHost): Sql & HardenedPostgres<Sql> {
  const { sql } = host;
  const harden = (value: unknown): unknown => (isQuery(value) ? underPolicies(host, value) : value);
  const members: Record<PropertyKey, unknown> = {
    unsafe: (...args: Parameters<PostgresSql['unsafe']>) => harden(sql.unsafe(...args)),
    begin(options: unknown, work?: unknown): unknown {
      const callback = (work ?? options) as Parameters<PostgresSql['begin']>[1];
      return runTransaction(host, typeof options === 'string' ? options : '', callback);
    },
    with(options: DatabaseCallOptions): unknown {
      assertOptions(options, DATABASE_CALL_OPTIONS, 'with');
      assertDatabaseCallOptions(options, 'with');
      return viewOf({ ...host, call: { ...host.call, ...options } });
    },
  };
  return new Proxy(sql, {
    apply: (target, _, args) => harden(Reflect.apply(target, undefined, args)),
    get: (target, name) => (Object.hasOwn(members, name) ? members[name] : Reflect.get(target, name)),
  }) as unknown as Sql & HardenedPostgres<Sql>;
}
