import { execFileSync } from 'node:child_process';
import { chownSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type DatabaseServer, startDatabase } from './database-server.ts';
import { serverPath } from './servers.ts';
import { startProcess, temporaryDirectory } from './servers-process.ts';

export interface PostgresOptions {
  /** Server settings, by name: `{ max_connections: '5' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Speed instead of safety: what is committed survives the server, but not the machine. */
const SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  jit: 'off',
  shared_buffers: '16MB',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // Beside the data, so that nothing is left in /dev/shm after a kill.
  dynamic_shared_memory_type: 'mmap',
};

/** Nobody, on every Linux. PostgreSQL does not run as root. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** Starts PostgreSQL with user and password `crossbridge`, a superuser, and the database `postgres`. */
export async function startPostgres(options: PostgresOptions = {}): Promise<DatabaseServer> {
  const directory = temporaryDirectory('postgres');
  // Its link may be in root's home, where nobody can follow it.
  const program = realpathSync(serverPath('postgres'));
  const user = process.getuid?.() === 0 ? NOBODY : undefined;
  const data = join(directory.path, 'data');
  const password = join(directory.path, 'password');
  writeFileSync(password, 'crossbridge');
  if (user !== undefined) for (const path of [directory.path, password]) chownSync(path, user.uid, user.gid);
  try {
    execFileSync(
      join(dirname(program), 'initdb'),
      // biome-ignore format: names beside values
      ['--pgdata', data, '--username', 'crossbridge', '--pwfile', password, '--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C', '--no-sync'],
      { ...user, cwd: directory.path, stdio: 'pipe' },
    );
  } catch (error) {
    directory.remove();
    throw error;
  }
  const settings = Object.entries({ ...SETTINGS, ...options.settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  return startDatabase({
    title: 'PostgreSQL',
    ready: 'database system is ready to accept connections',
    url: (port) => `postgres://crossbridge:crossbridge@127.0.0.1:${port}/postgres`,
    launch: (port) =>
      startProcess(program, ['-D', data, '-c', `port=${port}`, ...settings], {
        cwd: directory.path,
        user,
        // SIGTERM would wait for the clients to go.
        stopSignal: 'SIGINT',
      }),
    remove: directory.remove,
  });
}
