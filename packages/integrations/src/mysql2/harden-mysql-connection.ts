import { assertOptions, type OptionNames, optionNames, refuseOption, willAskAbout } from '@crossbridge/core';
import {
  assertHardenDatabaseOptions,
  type DatabaseCallOptions,
  type HardenDatabaseOptions,
} from '../sql/call-options.ts';
import { overridden } from '../sql/proxy.ts';
import { callBack, callbackOf } from './callback.ts';
import { type ConnectionHost, queryHeld } from './connection-query.ts';
import { stateOf } from './connection-state.ts';
import type { MysqlConnection, Way } from './driver.ts';

/** A lost reply is the end of the connection, so `idempotent` has no meaning here. */
export type MysqlConnectionCallOptions = Omit<DatabaseCallOptions, 'idempotent'>;

export type HardenMysqlConnectionOptions = Omit<HardenDatabaseOptions, 'idempotent'>;

/** A connection of mysql2 that belongs to no pool, with callbacks or with promises. */
export interface MysqlSingleConnection {
  query(...args: never): unknown;
  execute(...args: never): unknown;
  beginTransaction(...args: never): unknown;
}

/** What a hardened connection has beyond the connection. */
export interface HardenedMysqlConnection<Connection> {
  /** The same connection, whose calls are made with these options in place of those given before. */
  with(options: MysqlConnectionCallOptions): Connection & HardenedMysqlConnection<Connection>;
}

const WHOSE = 'hardenMysqlConnection';

const CALL: OptionNames = optionNames<MysqlConnectionCallOptions>({ key: true, signal: true, deadlineMs: true });

const NAMES: OptionNames = new Set([
  ...CALL,
  ...optionNames<Omit<HardenMysqlConnectionOptions, keyof DatabaseCallOptions>>({ bridge: true, operation: true }),
]);

const guarded = new WeakSet<MysqlConnection>();

/**
 * Puts a connection of mysql2 that belongs to no pool, with callbacks or with promises, under the policies of an operation. Returns a view of
 * it: class, events, fields and all other methods are the connection's own.
 *
 * - A statement outside of a transaction is one call. It is repeated when it was rolled back as a whole (deadlock) or not executed (the server
 *   refuses it for now); after a lost reply never, because the connection is lost as well.
 * - A transaction is let in at its begin; what follows in it passes untouched, and nothing in it is repeated. Without autocommit all is
 *   part of a transaction.
 * - Statements keep their order, whatever the policies make one wait for. What is asked without a callback of a connection with callbacks
 *   (streams), prepared statements and all else pass untouched.
 * - A statement that is given up (abort, timeout, deadline) is killed on the server; the next one waits until it has ended.
 * - A connection that breaks while nothing runs on it does not end the process.
 *
 * @throws InvalidArgumentError that names the option, what was given and what is expected
 */
export function hardenMysqlConnection<Connection extends MysqlSingleConnection>(
  connection: Connection,
  options: HardenMysqlConnectionOptions,
): Connection & HardenedMysqlConnection<Connection> {
  const promised = (connection as { readonly connection?: MysqlConnection } | null | undefined)?.connection;
  const driver = promised ?? (connection as unknown as MysqlConnection);
  if (typeof driver?.query !== 'function' || typeof driver.addCommand !== 'function') {
    refuseOption('The first argument', WHOSE, 'a connection of mysql2', connection);
  }
  assertOptions(options, NAMES, WHOSE);
  assertHardenDatabaseOptions(options, WHOSE);
  const { bridge, operation = 'db.query', ...call } = options;
  willAskAbout(operation);
  if (!guarded.has(driver)) {
    guarded.add(driver);
    // A connection that breaks while nothing runs on it is an event, and one that nobody listens for ends the process.
    driver.on('error', () => {});
  }
  const host: ConnectionHost = { connection: driver, state: stateOf(driver), bridge, operation, call };
  return viewOf(connection, host, promised !== undefined) as Connection & HardenedMysqlConnection<Connection>;
}

function viewOf(whole: object, host: ConnectionHost, promises: boolean): object {
  const { connection, state } = host;
  const ask =
    (way: Way) =>
    (...args: unknown[]): unknown => {
      const done = callbackOf(args);
      const [sql, values] = done === undefined ? args : args.slice(0, args.indexOf(done));
      const own = (finish: Parameters<MysqlConnection['query']>[2]) => connection[way](sql, values, finish);
      if (promises) {
        if (done === undefined) return queryHeld(host, sql, own);
        return Reflect.apply((whole as MysqlConnection)[way], whole, args);
      }
      if (done !== undefined) return callBack((onCommand) => queryHeld(host, sql, own, onCommand), done);
      state.noteStatement(sql);
      return Reflect.apply(connection[way], connection, args);
    };
  const statement = (text: string) => (callback?: unknown) =>
    ask('query')(text, ...(callback === undefined ? [] : [callback]));
  return overridden(whole, {
    query: ask('query'),
    execute: ask('execute'),
    beginTransaction: statement('START TRANSACTION'),
    commit: statement('COMMIT'),
    rollback: statement('ROLLBACK'),
    ...(promises ? {} : { promise: () => viewOf(connection.promise(), host, true) }),
    with(options: MysqlConnectionCallOptions): unknown {
      assertOptions(options, CALL, 'with');
      return viewOf(whole, { ...host, call: { ...host.call, ...options } }, promises);
    },
  });
}
