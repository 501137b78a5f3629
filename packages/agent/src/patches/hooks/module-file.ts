import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of a package. */
export interface ModuleFile {
  /** The package and the path in it, without extension and `/index`: `pg/lib/client`, `pg-pool`. */
  readonly name: string;
  /** The directory of the package. */
  readonly directory: string;
}

const NODE_MODULES = '/node_modules/';

/** Reads the path of a file; undefined for one that belongs to no package. */
export function moduleFileOf(path: string): ModuleFile | undefined {
  const slashed = path.replaceAll('\\', '/');
  const at = slashed.lastIndexOf(NODE_MODULES);
  if (at < 0) return undefined;
  const inside = slashed.slice(at + NODE_MODULES.length);
  const parts = inside.split('/');
  const packageParts = inside.startsWith('@') ? 2 : 1;
  if (parts.length <= packageParts) return undefined;
  const packageName = parts.slice(0, packageParts).join('/');
  return {
    name: inside.replace(/\.[cm]?js$/, '').replace(/\/index$/, ''),
    directory: path.slice(0, at + NODE_MODULES.length + packageName.length),
  };
}

/** The package of a file's name. */
export function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

/** What the package.json in a directory gives as its version. */
export function versionIn(directory: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
