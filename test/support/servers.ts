import { createHash } from 'node:crypto';
import { accessSync, constants, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';

interface ServerProgram {
  /** Environment variable that names the program; wins over every other place. */
  readonly variable: string;
  /** What it is called in the install cache, then on the PATH. */
  readonly commands: readonly string[];
  readonly title: string;
}

const PROGRAMS = {
  prometheus: { variable: 'CROSSBRIDGE_PROMETHEUS', commands: ['prometheus'], title: 'Prometheus' },
  promtool: { variable: 'CROSSBRIDGE_PROMTOOL', commands: ['promtool'], title: 'promtool (comes with Prometheus)' },
  alertmanager: { variable: 'CROSSBRIDGE_ALERTMANAGER', commands: ['alertmanager'], title: 'Alertmanager' },
  amtool: { variable: 'CROSSBRIDGE_AMTOOL', commands: ['amtool'], title: 'amtool (comes with Alertmanager)' },
  otelcol: {
    variable: 'CROSSBRIDGE_OTELCOL',
    // Not the plain `otelcol`: that distribution lacks the Prometheus exporter in some releases and file_storage in all.
    commands: [`otelcol-crossbridge-${keyOf('../../collector/builder.yaml')}`, 'otelcol-contrib'],
    title: 'the OpenTelemetry Collector',
  },
  postgres: { variable: 'CROSSBRIDGE_POSTGRES', commands: ['postgres'], title: 'PostgreSQL' },
  redis: { variable: 'CROSSBRIDGE_REDIS', commands: ['redis-server'], title: 'Redis' },
  sdk2: {
    variable: 'CROSSBRIDGE_SDK2',
    commands: [`otel-sdk2-${keyOf('../e2e/apps/sdk2/package-lock.json')}`],
    title: 'the packages of OpenTelemetry SDK 2.x',
  },
  runtimes: {
    variable: 'CROSSBRIDGE_RUNTIMES',
    commands: [`runtimes-${keyOf('../e2e/apps/runtimes/package-lock.json')}`],
    title: 'other versions of Node.js and of undici',
  },
  mariadb: { variable: 'CROSSBRIDGE_MARIADB', commands: ['mariadbd'], title: 'MariaDB' },
} as const satisfies Record<string, ServerProgram>;

export type ServerName = keyof typeof PROGRAMS;

/** A program built from another manifest is another program: `.ci/install-servers` puts the same key into its name. */
function keyOf(manifest: string): string {
  const file = fileURLToPath(new URL(manifest, import.meta.url));
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16);
}

function cacheBin(): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(process.env.CROSSBRIDGE_CACHE || join(cache, 'crossbridge'), 'bin');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of the server's program: its variable, the cache of `.ci/install-servers`, the PATH; undefined when nowhere. */
function findServer(name: ServerName): string | undefined {
  const { variable, commands }: ServerProgram = PROGRAMS[name];
  const named = process.env[variable];
  if (named) return isExecutable(named) ? named : undefined;
  const directories = [cacheBin(), ...(process.env.PATH ?? '').split(delimiter)];
  return directories.flatMap((directory) => commands.map((command) => join(directory, command))).find(isExecutable);
}

/** Like {@link findServer}, for code that runs only where the server exists. */
export function serverPath(name: ServerName): string {
  const path = findServer(name);
  if (path === undefined) throw new Error(howToInstall([name]));
  return path;
}

function howToInstall(missing: readonly ServerName[]): string {
  const titles = missing.map((name) => PROGRAMS[name].title).join(' and ');
  const variables = missing.map((name) => PROGRAMS[name].variable).join(', ');
  return `${titles} not found: run .ci/install-servers, or set ${variables}`;
}

/**
 * A `describe` that needs real servers. Where one is missing its tests are skipped under a title that says what to
 * install; under `CROSSBRIDGE_REQUIRE_SERVERS=1` that is a failure instead, so that CI cannot quietly test less.
 */
export function describeWithServers(names: readonly ServerName[], title: string, body: () => void): void {
  const missing = names.filter((name) => findServer(name) === undefined);
  if (missing.length === 0) {
    describe(title, body);
    return;
  }
  const reason = howToInstall(missing);
  if (process.env.CROSSBRIDGE_REQUIRE_SERVERS === '1') {
    test(title, () => {
      throw new Error(reason);
    });
    return;
  }
  console.warn(`Skipped "${title}": ${reason}`);
  describe.skip(`${title} [skipped: ${reason}]`, body);
}
