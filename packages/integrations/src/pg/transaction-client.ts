import { InvalidArgumentError, runAsAttempt } from '@crossbridge/core';
import { anyCause } from '../sql/failures.ts';
import { overridden } from '../sql/proxy.ts';
import { readSql } from '../sql/statement.ts';
import type { InsideTransaction } from '../sql/transaction-attempt.ts';
import { isSubmittable, type PgCallback, type PgDriverClient, textOf } from './driver.ts';

/** The connection of a transaction as its callback sees it, and what has happened on it. */
export class TransactionClient implements InsideTransaction<PgDriverClient> {
  readonly given: PgDriverClient;
  #over = false;
  #firstFailure: unknown;
  readonly #failures = new WeakSet<object>();

  constructor(client: PgDriverClient) {
    this.given = overridden(client, {
      query: (config: unknown, values?: unknown, callback?: unknown) => this.#query(client, config, values, callback),
      release: () => refuse('The connection of a transaction is given back by tx itself: leave out release()'),
    });
  }

  /** What the first statement that failed failed with. */
  get firstFailure(): unknown {
    return this.#firstFailure;
  }

  end(): void {
    this.#over = true;
  }

  owns(error: unknown): boolean {
    return anyCause(error, (link) => typeof link === 'object' && link !== null && this.#failures.has(link));
  }

  #query(client: PgDriverClient, config: unknown, values: unknown, callback: unknown): unknown {
    const done = [config, values, callback].find((value) => typeof value === 'function') as PgCallback | undefined;
    if (this.#over)
      return fail(
        done,
        new InvalidArgumentError('The transaction is over: await every query inside the callback of tx'),
      );
    const text = textOf(config);
    if (text !== undefined && readSql(text, 'postgres').controls) {
      const reason =
        'tx itself begins and ends the transaction: return to commit, throw to roll back, and use SAVEPOINT for parts';
      return fail(done, new InvalidArgumentError(reason));
    }
    if (isSubmittable(config)) {
      return runAsAttempt('sql', () => Reflect.apply(client.query, client, [config, values, callback]));
    }
    const parameters = typeof values === 'function' ? undefined : values;
    const answer = runAsAttempt('sql', () => this.#ask(client, config, parameters));
    return done === undefined ? answer : callBack(answer, done);
  }

  #ask(client: PgDriverClient, config: unknown, values: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      client.query(config, values, (error, result) => {
        if (error) {
          this.#failures.add(error);
          this.#firstFailure ??= error;
          reject(error);
        } else resolve(result);
      });
    });
  }
}

function fail(done: PgCallback | undefined, error: Error): unknown {
  const failure = Promise.reject(error);
  return done === undefined ? failure : callBack(failure, done);
}

/** Tells a callback what becomes of the promise, outside of the promise: what it throws is nobody's rejection. */
export function callBack(promise: Promise<unknown>, done: PgCallback): void {
  promise.then(
    (result) => process.nextTick(done, null, result),
    (error: Error) => process.nextTick(done, error),
  );
}

function refuse(message: string): never {
  throw new InvalidArgumentError(message);
}
