/**
 * Packs every package as npm would publish it and asks publint and attw whether users of ESM, CommonJS and bundlers can
 * import what is in it. Run by `npm run pack`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shippedPaths } from '../../packages/agent/scripts/assets.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const REQUIRED = ['LICENSE', 'README.md'];
/** What must not be in a published package: build state, tests, other people's paths. */
const UNWANTED = /\.tsbuildinfo$|\.test\.|\/node_modules\//;

function run(command: string, args: readonly string[]): boolean {
  return spawnSync('npx', ['--no-install', command, ...args], { cwd: ROOT, stdio: 'inherit' }).status === 0;
}

function check(name: string, directory: string): boolean {
  const folder = join(ROOT, 'packages', name);
  const json = execFileSync('npm', ['pack', '--json', '--pack-destination', directory], {
    cwd: folder,
    encoding: 'utf8',
  });
  const packed: unknown = JSON.parse(json);
  const [entry] = Array.isArray(packed) ? packed : Object.values(packed as object);
  const { filename, files } = entry as { filename: string; files: { path: string }[] };
  const unwanted = files.map(({ path }) => path).filter((path) => UNWANTED.test(path));
  if (unwanted.length > 0) console.error(`${name} would publish ${unwanted.join(', ')}`);
  const missing = [...REQUIRED, ...(name === 'agent' ? ofAgent() : [])].filter(
    (required) => !files.some(({ path }) => path === required),
  );
  if (missing.length > 0) console.error(`${name} would be published without ${missing.join(', ')}`);
  const tarball = join(directory, filename.replace('@', '').replace('/', '-'));
  return [
    unwanted.length === 0 && missing.length === 0,
    run('publint', ['--strict', tarball]),
    run('attw', ['--profile', 'esm-only', tarball]),
  ].every(Boolean);
}

function ofAgent(): string[] {
  const bundle = ['register.js', 'worker.js', 'LICENSES.txt'].map((file) => `dist/bundle/${file}`);
  return [...bundle, ...shippedPaths().map((path) => `assets/${path}`)];
}

const directory = mkdtempSync(join(tmpdir(), 'crossbridge-pack-'));
try {
  const failed = readdirSync(join(ROOT, 'packages')).filter((name) => !check(name, directory));
  console.log(failed.length === 0 ? 'Every package is fit to publish.' : `Not fit to publish: ${failed.join(', ')}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
