import { InvalidArgumentError, runAsAttempt } from '@crossbridge/core';
import { anyCause } from '../sql/failures.ts';
import { overridden } from '../sql/proxy.ts';
import { readSql } from '../sql/statement.ts';
import type { InsideTransaction } from '../sql/transaction-attempt.ts';
import { askConnection, type MysqlConnection, sqlOf, type Way } from './driver.ts';

/** The connection of a transaction as its callback sees it, with promises, and what has failed on it. */
export class TransactionConnection implements InsideTransaction<object> {
  readonly given: object;
  readonly #failures = new WeakSet<object>();
  #over = false;

  constructor(connection: MysqlConnection) {
    const refuse = (): never => {
      throw new InvalidArgumentError('tx itself begins and ends the transaction, and gives back its connection');
    };
    this.given = overridden(connection.promise(), {
      query: (sql: unknown, values?: unknown) => this.#ask(connection, 'query', sql, values),
      execute: (sql: unknown, values?: unknown) => this.#ask(connection, 'execute', sql, values),
      beginTransaction: refuse,
      commit: refuse,
      rollback: refuse,
      release: refuse,
      destroy: refuse,
    });
  }

  end(): void {
    this.#over = true;
  }

  owns(error: unknown): boolean {
    return anyCause(error, (link) => typeof link === 'object' && link !== null && this.#failures.has(link));
  }

  async #ask(connection: MysqlConnection, way: Way, sql: unknown, values: unknown): Promise<unknown> {
    if (this.#over)
      throw new InvalidArgumentError('The transaction is over: await every query inside the callback of tx');
    if (readSql(sqlOf(sql), 'mysql').controls) {
      throw new InvalidArgumentError(
        'Return from the callback of tx to commit and throw to roll back; this statement would end its transaction',
      );
    }
    try {
      return await runAsAttempt('sql', () => askConnection(connection, way, sql, values));
    } catch (error) {
      if (typeof error === 'object' && error !== null) this.#failures.add(error);
      throw error;
    }
  }
}
