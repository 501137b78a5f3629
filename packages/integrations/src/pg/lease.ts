import { cancelRunning } from './cancel-request.ts';
import { isAnswer, type PgDriverClient } from './driver.ts';

/** A connection on loan from the pool. It is given back once, in one of three ways; whatever is asked of it later does nothing. */
export class Lease {
  readonly client: PgDriverClient;
  readonly #leave: () => void;
  #over = false;

  /** @param leave gives back the place that was taken for it */
  constructor(client: PgDriverClient, leave: () => void) {
    this.client = client;
    this.#leave = leave;
  }

  /** Whether it was given back. */
  get over(): boolean {
    return this.#over;
  }

  /** Gives it back to be used again. */
  release(): void {
    this.#end(undefined);
  }

  /** Gives it back to be closed. */
  discard(error: unknown = true): void {
    this.#end(error);
  }

  /** Cancels what runs on it, then closes it. */
  abort(): void {
    if (this.#over) return;
    void cancelRunning(this.client);
    this.discard();
  }

  /**
   * Gives it back after a failure of a statement. A server that has answered with an error goes on, and so does the connection, unless
   * the statement has left a transaction behind: that is known once the server says that it is ready.
   */
  releaseAfter(error: unknown): void {
    const { client } = this;
    if (!isAnswer(error) || client.getTransactionStatus === undefined) {
      if (error instanceof Error && error.message === 'Query read timeout') this.abort();
      else this.discard(error);
      return;
    }
    const ready = (): void => {
      client.removeListener('end', ended);
      if (client.getTransactionStatus?.() === 'I') this.release();
      else this.discard(error);
    };
    const ended = (): void => {
      client.removeListener('drain', ready);
      this.discard(error);
    };
    client.once('drain', ready);
    client.once('end', ended);
  }

  /** Gives it back the way its user does. */
  hand(error: Error | boolean | undefined, release: PgDriverClient['release']): void {
    if (this.#over) return;
    this.#over = true;
    release?.(error);
    this.#leave();
  }

  #end(error: unknown): void {
    this.hand(error === undefined || error instanceof Error ? error : true, this.client.release);
  }
}
