/** A command for the store, and the key by which a cluster finds the server for it. */
export interface StoreCommand {
  readonly key: string;
  /** The command word by word: `['EVALSHA', …]`. */
  readonly words: readonly string[];
}

/**
 * What shared limits need of a client of Redis or Valkey. Whole numbers of a reply may come as numbers or as strings.
 *
 * A command whose fate is unknown should not be sent a second time. What the limits ask is safe even then: tokens that are taken twice are
 * missing for a while, and what gives tokens back counts once.
 */
export interface SharedStoreClient {
  /** Sends commands in this order, together if possible. Each reply settles by itself; none may wait for ever for a connection. */
  send(commands: readonly StoreCommand[]): readonly Promise<unknown>[];
  /** Ends connections that were made for the limits. */
  close?(): Promise<void>;
}
