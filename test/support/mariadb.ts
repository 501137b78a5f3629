import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type DatabaseServer, startDatabase } from './database-server.ts';
import { serverPath } from './servers.ts';
import { startProcess, temporaryDirectory } from './servers-process.ts';

export interface MariadbOptions {
  /** Server settings, by name: `{ max_connections: '5' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Small files and nothing synced: what is committed survives the server, but not the machine. */
const SETTINGS = {
  'innodb-log-file-size': '4M',
  'innodb-data-file-path': 'ibdata1:4M:autoextend',
  'innodb-temp-data-file-path': 'ibtmp1:4M:autoextend',
  'innodb-buffer-pool-size': '16M',
  'innodb-flush-log-at-trx-commit': '2',
  'innodb-flush-method': 'nosync',
  'innodb-use-native-aio': '0',
  'aria-log-file-size': '8M',
};

/** The tables of the server itself, and a user that may do everything. One statement a line, as the bootstrap reads them. */
function systemTables(share: string): string {
  const scripts = ['mysql_system_tables.sql', 'mysql_performance_tables.sql', 'mysql_system_tables_data.sql'];
  return [
    'CREATE DATABASE IF NOT EXISTS mysql;',
    'USE mysql;',
    'SET @auth_root_socket=NULL;',
    ...scripts.map((script) => readFileSync(join(share, script), 'utf8')),
    'CREATE DATABASE crossbridge;',
    'FLUSH PRIVILEGES;',
    "CREATE USER crossbridge@'%' IDENTIFIED BY 'crossbridge';",
    "GRANT ALL PRIVILEGES ON *.* TO crossbridge@'%' WITH GRANT OPTION;",
    '',
  ].join('\n');
}

/** Starts MariaDB with a user, a password and a database `crossbridge`. The user may do everything. */
export async function startMariadb(options: MariadbOptions = {}): Promise<DatabaseServer> {
  const directory = temporaryDirectory('mariadb');
  const program = realpathSync(serverPath('mariadb'));
  const share = join(dirname(program), '../share/mysql');
  const data = join(directory.path, 'data');
  const settings = {
    ...(process.getuid?.() === 0 ? { user: 'root' } : {}),
    basedir: join(dirname(program), '..'),
    'lc-messages-dir': share,
    datadir: data,
    tmpdir: directory.path,
    ...SETTINGS,
  };
  const args = ['--no-defaults', ...toArguments(settings)];
  try {
    mkdirSync(data);
    execFileSync(program, [...args, '--bootstrap'], { input: systemTables(share), stdio: 'pipe' });
  } catch (error) {
    directory.remove();
    throw error;
  }
  const forClients = {
    'bind-address': '127.0.0.1',
    'skip-name-resolve': '1',
    socket: join(directory.path, 'socket'),
    'pid-file': join(directory.path, 'pid'),
    ...options.settings,
  };
  return startDatabase({
    title: 'MariaDB',
    ready: 'ready for connections',
    url: (port) => `mysql://crossbridge:crossbridge@127.0.0.1:${port}/crossbridge`,
    launch: (port) => startProcess(program, [...args, `--port=${port}`, ...toArguments(forClients)]),
    remove: directory.remove,
  });
}

function toArguments(settings: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
}
