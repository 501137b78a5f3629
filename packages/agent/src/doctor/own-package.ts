import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const known = new Map<string, string | undefined>();

/** The package of CrossBridge that a file belongs to, also in a checkout; undefined for every other file. */
export function ownPackage(path: string): string | undefined {
  const name = packageAbove(dirname(path));
  return name?.startsWith('@crossbridge/') ? name : undefined;
}

function packageAbove(directory: string): string | undefined {
  if (known.has(directory)) return known.get(directory);
  const parent = dirname(directory);
  const name = nameIn(directory) ?? (parent === directory ? undefined : packageAbove(parent));
  known.set(directory, name);
  return name;
}

function nameIn(directory: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { name?: unknown };
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}
