/** What follows from the commands before on the same connection. */
export type Surroundings =
  /** Nothing. */
  | 'none'
  /** It is part of a transaction, the begin and the end included: none of it is a call of its own. */
  | 'transaction'
  /** Keys are watched, by a connection: on another one, to which a command is repeated, they are not. */
  | 'watching';

/** Follows the commands of one connection, in their order. */
export class CommandWatch {
  #now: Surroundings = 'none';

  /** Asked once for each command, by its name in upper case. */
  follow(name: string): Surroundings {
    const before = this.#now;
    switch (name) {
      case 'MULTI':
        this.#now = 'transaction';
        return this.#now;
      case 'WATCH':
        if (before === 'none') this.#now = 'watching';
        return before;
      case 'UNWATCH':
        if (before === 'watching') this.#now = 'none';
        return before;
      case 'EXEC':
      case 'DISCARD':
      case 'RESET':
        this.#now = 'none';
        return before;
      default:
        return before;
    }
  }

  /** A server forgets with the connection. */
  forget(): void {
    this.#now = 'none';
  }
}
