import { type DatabaseServer, startDatabase } from './database-server.ts';
import { serverPath } from './servers.ts';
import { startProcess, temporaryDirectory } from './servers-process.ts';

export interface RedisOptions {
  /** Server settings, by name: `{ maxmemory: '1mb' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

const SETTINGS = {
  bind: '127.0.0.1',
  // Every write is in the file as soon as it is answered, so that it is still there after a kill; the machine may lose it.
  save: '',
  appendonly: 'yes',
  appendfsync: 'no',
};

/** Starts Redis, without a password unless the settings have one. */
export async function startRedis(options: RedisOptions = {}): Promise<DatabaseServer> {
  const directory = temporaryDirectory('redis');
  const program = serverPath('redis');
  const settings = Object.entries({ ...SETTINGS, dir: directory.path, ...options.settings }).flatMap(
    ([name, value]) => [`--${name}`, value],
  );
  const { requirepass } = options.settings ?? {};
  return startDatabase({
    title: 'Redis',
    ready: 'Ready to accept connections',
    url: (port) => `redis://${requirepass === undefined ? '' : `:${requirepass}@`}127.0.0.1:${port}`,
    launch: (port) => startProcess(program, ['--port', `${port}`, ...settings]),
    remove: directory.remove,
  });
}
