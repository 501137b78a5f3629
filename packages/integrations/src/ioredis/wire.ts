import type { IORedisCommand, IORedisDriver } from './driver.ts';

type Place =
  /** It waits in ioredis until there is a connection. */
  | 'queued'
  /** It went to the server, which may have executed it. */
  | 'written'
  /** It was given up: it must not be sent. */
  | 'dropped';

/**
 * Knows of each command whether it went to the server. When the connection is lost ioredis sends again what it got no reply to (and, told
 * not to by `autoResendUnfulfilledCommands: false`, never settles it): here it is told instead that the reply is lost, and not sent again.
 */
export class Wire {
  readonly #client: IORedisDriver;
  readonly #send: IORedisDriver['sendCommand'];
  readonly #places = new WeakMap<IORedisCommand, Place>();
  readonly #unanswered = new Set<IORedisCommand>();

  constructor(client: IORedisDriver) {
    this.#client = client;
    this.#send = client.sendCommand;
    client.on('close', () => this.#loseReplies());
  }

  /** Whether the client itself sends, or sends again, what it was given before. */
  knows(command: IORedisCommand): boolean {
    return this.#places.has(command);
  }

  /** Sends a command for the first time, or once more. `finish` tells {@link settled} of it. */
  send(command: IORedisCommand, stream: unknown): Promise<unknown> {
    if (this.#client.status !== 'ready') this.#places.set(command, 'queued');
    else this.#write(command);
    return this.#send.call(this.#client, command, stream);
  }

  /** What the client wants to send by itself. */
  sendAgain(command: IORedisCommand, stream: unknown): Promise<unknown> {
    if (this.#places.get(command) !== 'queued') return command.promise;
    return this.send(command, stream);
  }

  settled(command: IORedisCommand): void {
    this.#unanswered.delete(command);
  }

  /** Nobody waits for it any more. */
  drop(command: IORedisCommand): void {
    this.#places.set(command, 'dropped');
    this.#unanswered.delete(command);
  }

  #write(command: IORedisCommand): void {
    this.#places.set(command, 'written');
    this.#unanswered.add(command);
  }

  #loseReplies(): void {
    for (const command of [...this.#unanswered]) {
      this.drop(command);
      command.reject(new Error('Connection is closed.'));
    }
  }
}
