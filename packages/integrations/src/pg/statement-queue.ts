import type { PgDriverClient } from './driver.ts';

/** Keeps the order in which a client was asked, however long the policies hold one statement back. */
export class StatementQueue {
  #tail: Promise<unknown> | undefined;

  /** Whether nothing runs or waits. */
  get idle(): boolean {
    return this.#tail === undefined;
  }

  /** Runs when all before have ended: at once when there are none. */
  run<T>(statement: () => Promise<T>): Promise<T> {
    const running = this.#tail === undefined ? statement() : this.#tail.then(statement);
    this.hold(running);
    return running;
  }

  /** Keeps those to come waiting for this, too. */
  hold(ended: Promise<unknown>): void {
    const before = this.#tail;
    const tail: Promise<unknown> = Promise.allSettled([before, ended]).then(() => {
      if (this.#tail === tail) this.#tail = undefined;
    });
    this.#tail = tail;
  }
}

const queues = new WeakMap<PgDriverClient, StatementQueue>();

/** One for each client, however many views of it there are. */
export function queueOf(client: PgDriverClient): StatementQueue {
  let queue = queues.get(client);
  if (queue === undefined) {
    queue = new StatementQueue();
    queues.set(client, queue);
    // A connection that breaks while nothing runs on it is an event, and one that nobody listens for ends the process.
    client.on('error', () => {});
  }
  return queue;
}
