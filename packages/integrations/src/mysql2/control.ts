import { authorityOver, type Bridge } from '@crossbridge/core';
import { callBack, callbackOf } from './callback.ts';
import { queryHeld } from './connection-query.ts';
import { stateBefore, stateOf } from './connection-state.ts';
import type { MysqlCommand, MysqlConnection, MysqlConnectionClass, MysqlDriverPool, Way } from './driver.ts';
import { endHeld } from './end-held.ts';
import { isOurs } from './ours.ts';
import { isOfPool } from './pool-connection.ts';
import { getFromPool } from './pool-get-connection.ts';
import type { MysqlHost } from './pool-host.ts';
import { queryPool } from './pool-query.ts';

/** Under which policies the calls of all pools and connections are. */
export interface MysqlRules {
  readonly bridge: Bridge;
  /** The operation whose calls they are; undefined while there is none, so that all pass untouched. Asked for each call. */
  operation(): string | undefined;
}

type Below = (self: unknown, args: unknown[]) => unknown;

/** What is to be done in the place of methods: functions of the object, the arguments and what would have been called. */
export type MysqlControls<Name extends string> = Readonly<
  Record<Name, (self: unknown, args: unknown[], below: Below) => unknown>
>;

/**
 * For the class of pools: `query` and `execute` with a callback (mysql2's promises have one) are calls as with `hardenMysqlPool`, and so is
 * coming by a connection; what is then asked of it passes. Who waits for a connection waits in the pool's own queue.
 */
export function controlMysqlPool(
  rules: MysqlRules,
  connectionClass: () => MysqlConnectionClass | undefined,
): MysqlControls<Way | 'getConnection'> {
  const query =
    (way: Way) =>
    (self: unknown, args: unknown[], below: Below): unknown => {
      const done = callbackOf(args);
      const operation = done === undefined || !isPlain(args[0]) ? undefined : operationOf(rules);
      if (done === undefined || operation === undefined) return below(self, args);
      const pool = self as MysqlDriverPool;
      const [sql] = args;
      const values = args[1] === done ? undefined : args[1];
      const stand = (): MysqlCommand | undefined =>
        connectionClass()?.createQuery(sql, values, undefined, pool.config.connectionConfig);
      const asked = callBack(() => queryPool(hostOf(pool, rules, operation), way, sql, values), done, stand);
      return way === 'query' ? asked : undefined;
    };
  return {
    query: query('query'),
    execute: query('execute'),
    getConnection(self, args, below) {
      const [done] = args;
      const operation = typeof done !== 'function' || isOurs(done) ? undefined : operationOf(rules);
      if (typeof done !== 'function' || operation === undefined) return below(self, args);
      getFromPool(hostOf(self as MysqlDriverPool, rules, operation)).then(
        (connection) => process.nextTick(done as () => void, null, connection),
        (error) => process.nextTick(done as () => void, error),
      );
      return undefined;
    },
  };
}

/** For the class of connections: those that belong to no pool are hardened as with `hardenMysqlConnection`. */
export function controlMysqlConnection(rules: MysqlRules): MysqlControls<Way | 'addCommand' | 'end'> {
  const query = (self: unknown, args: unknown[], below: Below): unknown => {
    const connection = self as MysqlConnection;
    if (isOfPool(connection) || !isPlain(args[0])) return below(self, args);
    const done = callbackOf(args);
    const operation = operationOf(rules);
    if (operation === undefined) return below(self, args);
    const state = stateOf(connection);
    const [sql] = args;
    if (done === undefined) {
      state.noteStatement(sql);
      return below(self, args);
    }
    const values = args[1] === done ? undefined : args[1];
    const host = { connection, state, bridge: rules.bridge, operation, call: {} };
    const { createQuery } = connection.constructor as unknown as MysqlConnectionClass;
    return callBack(
      (onCommand) => queryHeld(host, sql, (finish) => below(self, [sql, values, finish]) as MysqlCommand, onCommand),
      done,
      () => createQuery(sql, values, undefined, connection.config),
    );
  };
  return {
    query,
    execute: query,
    addCommand(self, args, below) {
      const connection = self as MysqlConnection;
      const state = stateBefore(connection);
      if (state === undefined || state.asking || state.queue.idle) return below(self, args);
      const [command] = args;
      void state.queue.run(async () => {
        // By its name: the connection may have ended until then.
        state.ask(() => connection.addCommand(command));
      });
      return command;
    },
    end(self, args, below) {
      const state = stateBefore(self as MysqlConnection);
      const end = (): unknown => below(self, args);
      return state === undefined || state.queue.idle ? end() : endHeld(state, end);
    },
  };
}

/** Undefined where calls are to pass. */
function operationOf(rules: MysqlRules): string | undefined {
  const operation = rules.operation();
  return operation === undefined || authorityOver(operation, 'sql') === 'none' ? undefined : operation;
}

function hostOf(pool: MysqlDriverPool, { bridge }: MysqlRules, operation: string): MysqlHost {
  const unbounded = Number.POSITIVE_INFINITY;
  return { pool, gate: undefined, bridge, operation, queue: unbounded, acquireTimeoutMs: unbounded, call: {} };
}

/** Text, or options with text: not a command that was made before, which runs once. */
function isPlain(sql: unknown): boolean {
  if (typeof sql === 'string') return true;
  return typeof sql === 'object' && sql !== null && typeof (sql as { on?: unknown }).on !== 'function';
}
