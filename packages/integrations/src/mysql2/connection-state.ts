import { readSql } from '../sql/statement.ts';
import { StatementQueue } from '../sql/statement-queue.ts';
import { type MysqlConnection, sqlOf } from './driver.ts';

/** Flags of the status that a server gives with each result that has no rows. */
const IN_TRANSACTION = 1;
const AUTOCOMMIT = 2;

const BEGINS = /^\s*(?:begin|start)\b/i;

/** What is known of a connection whose statements are under policies. */
export class ConnectionState {
  readonly queue: StatementQueue = new StatementQueue();
  /** Whether what is asked next is part of a transaction. */
  inTransaction = false;
  #asking = false;

  /** Whether it is us who give the connection a command. */
  get asking(): boolean {
    return this.#asking;
  }

  ask<T>(run: () => T): T {
    this.#asking = true;
    try {
      return run();
    } finally {
      this.#asking = false;
    }
  }

  /** Takes down what the server says with the result of a statement. */
  noteResult(rows: unknown): void {
    const header: unknown = Array.isArray(rows) ? rows.at(-1) : rows;
    // A row may have a column of that name.
    if (header?.constructor?.name !== 'ResultSetHeader') return;
    const { serverStatus } = header as { readonly serverStatus?: unknown };
    if (typeof serverStatus !== 'number') return;
    this.inTransaction = (serverStatus & IN_TRANSACTION) !== 0 || (serverStatus & AUTOCOMMIT) === 0;
  }

  /** Takes down, in its turn, what is asked without a callback, so that nobody hears of its result. */
  noteStatement(sql: unknown): void {
    const text = sqlOf(sql);
    if (!readSql(text, 'mysql').controls) return;
    void this.queue.run(async () => {
      this.inTransaction = BEGINS.test(text);
    });
  }
}

const states = new WeakMap<MysqlConnection, ConnectionState>();

/** One for each connection, however many views of it there are. */
export function stateOf(connection: MysqlConnection): ConnectionState {
  let state = states.get(connection);
  if (state === undefined) {
    state = new ConnectionState();
    states.set(connection, state);
  }
  return state;
}

/** That of the connection, if it was ever asked for. */
export function stateBefore(connection: MysqlConnection): ConnectionState | undefined {
  return states.get(connection);
}
