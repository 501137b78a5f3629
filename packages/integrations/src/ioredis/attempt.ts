import type { IORedisCommand, IORedisDriver, Send } from './driver.ts';
import type { Wire } from './wire.ts';

/** Who is told how a command ended. */
interface Listener {
  resolve(reply: unknown): void;
  reject(error: Error): void;
}

/** A command under policies: sent for one attempt after another, each of which hears how it ended, before the reply is converted. */
export class Attempts {
  readonly #client: IORedisDriver;
  readonly #wire: Wire;
  readonly #send: Send;
  readonly #command: IORedisCommand;
  #listener: Listener | undefined;
  #taken = false;

  constructor(client: IORedisDriver, wire: Wire, send: Send, command: IORedisCommand) {
    this.#client = client;
    this.#wire = wire;
    this.#send = send;
    this.#command = command;
  }

  run(signal: AbortSignal): Promise<unknown> {
    const command = this.#command;
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#wire.drop(command);
        reject(signal.reason);
      };
      const end = (): void => {
        command._clearTimers?.();
        signal.removeEventListener('abort', abort);
        this.#wire.settled(command);
      };
      this.#listener = {
        resolve: (reply) => {
          end();
          resolve(reply);
        },
        reject: (error) => {
          end();
          reject(error);
        },
      };
      this.#takeOver();
      signal.addEventListener('abort', abort, { once: true });
      this.#wire.send(this.#send, command, []).catch(() => {});
    });
  }

  #takeOver(): void {
    // A Cluster puts its redirections in front of `reject`, once for each command.
    if (this.#taken && this.#client.isCluster === true) return;
    this.#taken = true;
    this.#command.resolve = (reply) => this.#listener?.resolve(reply);
    this.#command.reject = (error) => this.#listener?.reject(error);
  }
}

/** Sends a command without policies, but not again when its reply is lost. */
export function pass(
  wire: Wire,
  send: Send,
  command: IORedisCommand,
  where: readonly unknown[],
  onEnd: () => void = () => {},
): Promise<unknown> {
  const { resolve, reject } = command;
  const end = (): void => {
    wire.settled(command);
    command.resolve = resolve;
    command.reject = reject;
    onEnd();
  };
  command.resolve = (reply) => {
    end();
    return resolve.call(command, reply);
  };
  command.reject = (error) => {
    const failure = wire.meaningOf(command, error);
    end();
    reject.call(command, failure);
  };
  return wire.send(send, command, where);
}
