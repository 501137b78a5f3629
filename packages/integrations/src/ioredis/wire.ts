import type { IORedisCommand, IORedisDriver, Send } from './driver.ts';

/** Where a command is: waiting in ioredis until there is a connection, or else the connection that it was written to. */
type Place = 'queued' | object;

/** What ioredis says of every command that it has when the connection is closed. */
export const CONNECTION_CLOSED = 'Connection is closed.';

/** Given up: they must not be sent, by whichever client has them in a queue. */
const dropped = new WeakSet<IORedisCommand>();

/**
 * Knows of each command of a client whether it went to the server. When the connection is lost ioredis sends again what it got no reply to (and,
 * told not to by `autoResendUnfulfilledCommands: false`, never settles it): here it is told instead that the reply is lost, and not sent again.
 */
export class Wire {
  readonly #client: IORedisDriver;
  readonly #lost: () => Error;
  readonly #places = new WeakMap<IORedisCommand, Place>();
  readonly #unanswered = new Set<IORedisCommand>();

  /** @param lost what those are told whose reply is lost */
  constructor(client: IORedisDriver, lost: () => Error) {
    this.#client = client;
    this.#lost = lost;
    // The servers of a Cluster lose replies, each for itself.
    if (client.isCluster !== true) client.on('close', () => this.#loseReplies());
  }

  /** Whether the client itself sends, or sends again, what it was given before. */
  knows(command: IORedisCommand): boolean {
    return this.#places.has(command);
  }

  /** Sends a command for the first time, or once more. Whoever does tells {@link settled} of its end. */
  send(send: Send, command: IORedisCommand, where: readonly unknown[]): Promise<unknown> {
    dropped.delete(command);
    // Until it is known better: it may also be answered before the client has it in a queue.
    this.#places.set(command, this.#connection);
    this.#unanswered.add(command);
    const answer = send(command, where);
    if (this.#client.offlineQueue?.peekBack?.()?.command === command) {
      this.#places.set(command, 'queued');
      this.#unanswered.delete(command);
    }
    return answer;
  }

  /** What the client wants to send by itself. */
  sendAgain(send: Send, command: IORedisCommand, where: readonly unknown[]): Promise<unknown> {
    const place = this.#places.get(command);
    if (dropped.has(command)) return command.promise;
    if (place === 'queued') return this.send(send, command, where);
    if (place !== this.#connection) this.#lose(command);
    return command.promise;
  }

  /** It is still known: ioredis may have it in a queue. */
  settled(command: IORedisCommand): void {
    this.#unanswered.delete(command);
  }

  forget(command: IORedisCommand): void {
    this.#places.delete(command);
  }

  /** Nobody waits for it any more. */
  drop(command: IORedisCommand): void {
    dropped.add(command);
    this.#unanswered.delete(command);
  }

  /** What a failure of the command comes to: a connection that is closed has lost the reply only of what was written to it. */
  meaningOf(command: IORedisCommand, error: Error): Error {
    const lost = error.message === CONNECTION_CLOSED && typeof this.#places.get(command) === 'object';
    return lost ? this.#lost() : error;
  }

  get #connection(): object {
    return this.#client.stream ?? this.#client;
  }

  #loseReplies(): void {
    for (const command of [...this.#unanswered]) this.#lose(command);
  }

  #lose(command: IORedisCommand): void {
    this.drop(command);
    command.reject(this.#lost());
  }
}

/** Whether it was given up. */
export function isDropped(command: IORedisCommand): boolean {
  return dropped.has(command);
}
