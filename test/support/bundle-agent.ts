import { execFileSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUNDLE = 'packages/agent/dist/bundle/LICENSES.txt';
const SOURCES = ['packages/*/src/**/*.ts', 'packages/agent/build/*.ts', 'package-lock.json'];

/** Before the tests: applications that they start with the flag load the register entry as users get it, and made of what is there now. */
export function setup(): void {
  const made = changedAtMs(BUNDLE);
  const isCurrent = globSync(SOURCES, { cwd: ROOT }).every((source) => changedAtMs(source) <= made);
  if (!isCurrent) execFileSync(process.execPath, ['packages/agent/build/bundle.ts'], { cwd: ROOT, stdio: 'inherit' });
}

function changedAtMs(path: string): number {
  return statSync(`${ROOT}/${path}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
