/** What is used of a command of ioredis. The client settles it by `resolve` and `reject`, whatever they are by then. */
export interface IORedisCommand {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly promise: Promise<unknown>;
  /** Of scripts: they are declared to change nothing. */
  readonly isReadOnly?: boolean;
  resolve(reply: unknown): unknown;
  reject(error: Error): void;
  _clearTimers?(): void;
}

/** Commands with what they are sent on; a deque. */
interface CommandQueue {
  peekBack?(): { readonly command: IORedisCommand } | undefined;
}

/** What is used of a client of ioredis: of one for a server, and of one for a Cluster. */
export interface IORedisDriver {
  sendCommand(command: IORedisCommand, ...where: unknown[]): Promise<unknown>;
  on(event: 'close' | 'ready', listener: () => void): unknown;
  on(event: '+node', listener: (node: IORedisDriver) => void): unknown;
  readonly status: string;
  readonly isCluster?: boolean;
  /** Of a Cluster: its clients, one for each server. */
  nodes?(): readonly IORedisDriver[];
  /** The connection; a new one each time it connects. */
  readonly stream?: object | null;
  readonly offlineQueue?: CommandQueue;
}

/** A client of ioredis, for one server or for a Cluster. */
export interface IORedisClient {
  sendCommand(...args: never): unknown;
  on(...args: never): unknown;
  readonly status: string;
}

/** Sends a command as the client would without us. `where` is the stream of a pipeline, and of a Cluster the node. */
export type Send = (command: IORedisCommand, where: readonly unknown[]) => Promise<unknown>;
