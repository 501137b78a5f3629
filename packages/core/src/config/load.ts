import { readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ConfigError } from './config-error.ts';
import { type ParsedConfig, parseRuntimeConfig } from './parse.ts';
import type { Environment } from './placeholders.ts';

const FILE_NAME = 'crossbridge.yml';
const PARENTS = 3;
const MOST_BYTES = 1024 * 1024;

export interface LoadOptions {
  /** Default `process.env`. */
  readonly env?: Environment | undefined;
  /** Where the search starts and what relative paths mean. Default `process.cwd()`. */
  readonly cwd?: string | undefined;
}

export interface LoadedConfig extends ParsedConfig {
  /** Absolute path of the file that was read; undefined when there was none and every default is in use. */
  readonly file: string | undefined;
}

/**
 * Loads `path`, else the file that `CROSSBRIDGE_CONFIG` names, else `crossbridge.yml` of the working directory or the
 * nearest of its three parents; without any, all defaults. Synchronous, so that it can run before the application.
 *
 * @throws ConfigError when a file that was named does not exist, or a file cannot be read or used.
 */
export function loadRuntimeConfig(path?: string, options: LoadOptions = {}): LoadedConfig {
  const { env = process.env, cwd = process.cwd() } = options;
  const fromEnvironment = env.CROSSBRIDGE_CONFIG === '' ? undefined : env.CROSSBRIDGE_CONFIG;
  const named = path ?? fromEnvironment;
  const file = named === undefined ? search(cwd) : resolve(cwd, named);
  if (file === undefined) return { ...parseRuntimeConfig('', { file: FILE_NAME, env }), file: undefined };
  const shown = named ?? (relative(cwd, file) || FILE_NAME);
  const origin = path === undefined && named !== undefined ? ' (named by CROSSBRIDGE_CONFIG)' : '';
  return { ...parseRuntimeConfig(read(file, shown, origin), { file: shown, env }), file };
}

function search(cwd: string): string | undefined {
  let directory = resolve(cwd);
  for (let level = 0; level <= PARENTS; level++) {
    const file = join(directory, FILE_NAME);
    if (statSync(file, { throwIfNoEntry: false }) !== undefined) return file;
    directory = dirname(directory);
  }
  return undefined;
}

function read(file: string, shown: string, origin: string): string {
  const refuse = (message: string, cause?: unknown): ConfigError =>
    new ConfigError([{ file: shown, line: undefined, column: undefined, path: '', message: message + origin }], {
      cause,
    });
  try {
    const stats = statSync(file);
    if (stats.isDirectory()) throw refuse('is a directory; name the file in it');
    // Reading a pipe or a device could wait for ever.
    if (!stats.isFile()) throw refuse('is not a regular file');
    if (stats.size > MOST_BYTES) throw refuse(`is larger than 1 MiB (${stats.size} bytes)`);
    // Takes a byte order mark off, too.
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    throw error instanceof ConfigError ? error : refuse(explain(error), error);
  }
}

function explain(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'is not valid UTF-8; save it in that encoding';
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'cannot be read: permission denied';
  return `cannot be read: ${code ?? String(error)}`;
}
