import { execFileSync } from 'node:child_process';
import { globSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIRECTORY = 'packages/agent/dist/bundle';
/** Written last. */
const LICENCES = `${DIRECTORY}/LICENSES.txt`;
const SOURCES = ['packages/*/src/**/*.ts', 'packages/agent/build/*.ts', 'package-lock.json'];

/**
 * Before the tests: applications that they start with the flag load the register entry as users get it, and made of what is there now. Where it
 * cannot be made, none is left, and tests that need none go on.
 */
export function setup(): void {
  const made = changedAtMs(LICENCES);
  const isCurrent = globSync(SOURCES, { cwd: ROOT }).every((source) => changedAtMs(source) <= made);
  if (isCurrent) return;
  try {
    execFileSync(process.execPath, ['packages/agent/build/bundle.ts'], { cwd: ROOT, stdio: 'inherit' });
  } catch {
    rmSync(`${ROOT}/${DIRECTORY}`, { recursive: true, force: true });
    console.error('The register entry could not be bundled: tests that start applications with the flag will fail.');
  }
}

function changedAtMs(path: string): number {
  return statSync(`${ROOT}/${path}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
