/**
 * What `crossbridge stack` and `crossbridge verify` need of the repository goes into the package: `node scripts/assets.ts copy` before
 * it is packed, `node scripts/assets.ts remove` afterwards, so that a clone has one copy only.
 */
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const ASSETS = fileURLToPath(new URL('../assets', import.meta.url));

/** The files that are shipped, by their paths in the repository. */
export function shippedPaths(): string[] {
  const files = readdirSync(join(ROOT, 'collector'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(ROOT.length));
  const dashboards = readdirSync(join(ROOT, 'dashboards')).filter((name) => name.endsWith('.json'));
  return [...files, ...dashboards.map((name) => `dashboards/${name}`), 'dashboards/rules/crossbridge.yml'];
}

if (import.meta.main) {
  rmSync(ASSETS, { recursive: true, force: true });
  if (process.argv[2] === 'copy') for (const path of shippedPaths()) cpSync(join(ROOT, path), join(ASSETS, path));
}
