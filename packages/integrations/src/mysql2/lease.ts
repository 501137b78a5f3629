import { leavesConnection, type MysqlConnection } from './driver.ts';
import { killQuery } from './kill-query.ts';

/** A connection on loan from the pool, given back once. */
export class MysqlLease {
  readonly connection: MysqlConnection;
  readonly #leave: () => void;
  #over = false;

  /** @param leave gives back the place that was taken for it */
  constructor(connection: MysqlConnection, leave: () => void) {
    this.connection = connection;
    this.#leave = leave;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Gives it back, to be used again unless it is broken. */
  release(error?: unknown): void {
    if (error === undefined || leavesConnection(error)) this.#end(() => this.connection.release());
    else this.discard();
  }

  /** Closes it. */
  discard(): void {
    this.#end(() => this.connection.destroy());
  }

  /** Ends what runs on it, then closes it. */
  abort(): void {
    if (this.#over) return;
    void killQuery(this.connection);
    this.discard();
  }

  #end(how: () => void): void {
    if (this.#over) return;
    this.#over = true;
    how();
    this.#leave();
  }
}
