/** Keeps the order in which a connection was asked, however long the policies hold one statement back. */
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
