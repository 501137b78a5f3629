/** A command for the store, and the key by which a cluster finds the server for it. */
export interface StoreCommand {
  readonly key: string;
  /** The command word by word: `['EVALSHA', …]`. */
  readonly words: readonly string[];
}

/**
 * What shared limits need of a client of Redis or Valkey. Whole numbers of a reply may come as numbers or as strings.
 *
 * A command whose fate is unknown must not be sent a second time: a refund that arrives twice gives back tokens that nobody took.
 * Taking and reporting tokens is safe even then.
 */
export interface SharedStoreClient {
  /** Sends commands in this order, together if possible. Each reply settles by itself; none may wait for ever for a connection. */
  send(commands: readonly StoreCommand[]): readonly Promise<unknown>[];
  /** Ends connections that were made for the limits. */
  close?(): Promise<void>;
}
