/** What is used of a command of ioredis. The client settles it by `resolve` and `reject`, whatever they are by then. */
export interface IORedisCommand {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly promise: Promise<unknown>;
  resolve(reply: unknown): unknown;
  reject(error: Error): void;
  _clearTimers?(): void;
}

/** What is used of a client of ioredis. */
export interface IORedisDriver {
  sendCommand(command: IORedisCommand, stream?: unknown): Promise<unknown>;
  on(event: 'close', listener: () => void): unknown;
  readonly status: string;
}

/** A client of ioredis for one server. */
export interface IORedisClient {
  sendCommand(...args: never): unknown;
  on(...args: never): unknown;
  readonly status: string;
}
