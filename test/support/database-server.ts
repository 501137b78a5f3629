import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { pauseTree, signalTree } from './process-tree.ts';
import { type ServerProcess, waitFor } from './servers-process.ts';

/** A real database server under the control of a test. */
export interface DatabaseServer {
  /** It listens on `127.0.0.1` alone. */
  readonly port: number;
  /** Where a client with all rights connects to, user and password included. */
  readonly url: string;
  /** What it has said since it last started. */
  log(): string;
  /** Stops all its processes where they are (SIGSTOP): connections stay open, and once this resolves nothing answers. */
  pause(): Promise<void>;
  resume(): void;
  /** As a power cut would end it (SIGKILL). The data stays for `restart`. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it with the same port and data, orderly stopped before if it runs. Resolves when it accepts connections. */
  restart(): Promise<void>;
  /** Ends it, whatever was done to it before, and removes its data. May be called twice. */
  stop(): Promise<void>;
}

export interface DatabaseProgram {
  readonly title: string;
  /** In the log as soon as it accepts connections. */
  readonly ready: string;
  url(port: number): string;
  launch(port: number): ServerProcess;
  /** Removes its data. */
  remove(): void;
}

/** Starts the program on a free port and waits until it accepts connections. Removes its data when that fails. */
export async function startDatabase(program: DatabaseProgram): Promise<DatabaseServer> {
  const { title, ready, url, remove } = program;
  const port = await freeServerPort();
  let server = program.launch(port);
  const accepting = (): Promise<true> =>
    waitFor(() => server.log().includes(ready) || undefined, {
      what: `${title} to accept connections`,
      everyMs: 10,
      crashed: server.crashed,
      log: server.log,
    });
  const end = async (): Promise<void> => {
    signalTree(server.pid, 'SIGCONT');
    await server.stop();
  };
  const stop = async (): Promise<void> => {
    await end();
    remove();
  };
  try {
    await accepting();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    url: url(port),
    log: () => server.log(),
    pause: () => pauseTree(server.pid),
    resume: () => signalTree(server.pid, 'SIGCONT'),
    async kill() {
      signalTree(server.pid, 'SIGKILL');
      await server.stop();
    },
    async restart() {
      await end();
      server = program.launch(port);
      await accepting();
    },
    stop,
  };
}

/**
 * A loopback port below those that the system gives to clients. On one of theirs, a client that keeps trying to reach a server
 * that is down ends up connected to itself.
 */
async function freeServerPort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_768);
    const probe = createServer();
    try {
      await once(probe.listen(port, '127.0.0.1'), 'listening');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') continue;
      throw error;
    }
    await once(probe.close(), 'close');
    return port;
  }
}
