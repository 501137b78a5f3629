import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program that the test started: stopped by its own process id, never by name. */
export interface ServerProcess {
  /** Undefined when it could not be started at all. */
  readonly pid: number | undefined;
  /** Its output so far, both streams, for the message of a failure. */
  log(): string;
  /** Rejects once the program has ended by itself; a test that waits for something races against it. */
  readonly crashed: Promise<never>;
  /** SIGTERM or the signal it was started with, then SIGKILL after ten seconds. Resolves when the program is gone. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();

/**
 * Ends the program and its children as soon as this process has ended, however it did: a runner that gives up on a test kills the
 * process that runs it, and no code of ours is asked.
 */
function watchOver(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const script = 'read -r _; kill -KILL "$0" $(cat "/proc/$0/task/$0/children" 2>/dev/null)';
  // Of a session of its own, so that what interrupts the tests does not end it first.
  const watcher = spawn('sh', ['-c', script, `${child.pid}`], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watcher.unref();
  child.once('close', () => watcher.kill('SIGKILL'));
}

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Numeric user and group to run as. Default the test's own; only root may ask for another. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** What `stop` sends first. Default `SIGTERM`. */
  readonly stopSignal?: NodeJS.Signals | undefined;
}

/** Starts a program. `env` is added to the environment of the test. */
export function startProcess(command: string, args: readonly string[], options: SpawnOptions = {}): ServerProcess {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...options.user,
  });
  running.add(child);
  watchOver(child);
  let output = '';
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-200_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = once(child, 'close').finally(() => running.delete(child));
  const crashed = ended.then(([code, signal]) => {
    throw new Error(`${command} ended (${code ?? signal}):\n${output.slice(-4000)}`);
  });
  // Only whoever waits for it wants to hear of the end.
  crashed.catch(() => {});
  return {
    pid: child.pid,
    log: () => output,
    crashed,
    async stop() {
      if (running.has(child)) {
        child.kill(options.stopSignal ?? 'SIGTERM');
        const kill = setTimeout(() => child.kill('SIGKILL'), 10_000);
        await ended.catch(() => {});
        clearTimeout(kill);
      }
    },
  };
}

/** Loopback ports that were free a moment ago. All are held until the last is known, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** A new directory under the system's temporary one, and the function that removes it. */
export function temporaryDirectory(prefix: string): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `crossbridge-${prefix}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

export interface WaitOptions {
  /** What is waited for, for the message. */
  readonly what: string;
  /** A limit against hanging. Default 30 seconds. */
  readonly timeoutMs?: number;
  readonly everyMs?: number;
  /** Ends the wait early: the `crashed` of the program that should answer. */
  readonly crashed?: Promise<never>;
  /** Added to the message of a time-out. */
  readonly log?: () => string;
}

/** Asks `probe` again and again until it gives something other than undefined. An error it throws counts as "not yet". */
export async function waitFor<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  options: WaitOptions,
): Promise<T> {
  const { what, timeoutMs = 30_000, everyMs = 50, crashed, log } = options;
  const until = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await probe();
      if (found !== undefined) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > until) {
      const output = log === undefined ? '' : `\n${log().slice(-4000)}`;
      throw new Error(`Waited ${timeoutMs} ms for ${what}${output}`, { cause: last });
    }
    await (crashed === undefined ? sleep(everyMs) : Promise.race([sleep(everyMs), crashed]));
  }
}
