/**
 * Makes the register entry one file, and the admin thread another: to find hundreds of files takes longer than to run them. Run by
 * `npm run build`.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { builtinModules } from './builtin-modules.ts';
import { lazyModules, ownRequire } from './lazy-modules.ts';
import { licencesOf } from './licences.ts';
import { openTelemetryApi } from './open-telemetry-api.ts';
import { otherForms } from './other-forms.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const OUT = fileURLToPath(new URL('../dist/bundle', import.meta.url));

const options = {
  absWorkingDir: ROOT,
  outdir: OUT,
  bundle: true,
  platform: 'node',
  target: 'node22.15',
  format: 'esm',
  // What the compiler left in dist may be older.
  conditions: ['crossbridge-source'],
  minify: true,
  // They are told in errors, warnings and stacks.
  keepNames: true,
  // For `--enable-source-maps`: without that, nobody reads it.
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  write: false,
  logLevel: 'warning',
} as const satisfies BuildOptions;

const results = await Promise.all([
  build({
    ...options,
    entryPoints: ['packages/agent/src/register.ts'],
    plugins: [builtinModules, otherForms, openTelemetryApi, lazyModules, ownRequire],
    banner: {
      js: `import { createRequire as $createRequire } from 'node:module';
const $require = $createRequire(import.meta.url), require = $require;`,
    },
  }),
  build({ ...options, entryPoints: ['packages/agent/src/admin/worker.ts'] }),
]);

const inputs = results.flatMap(({ metafile }) =>
  Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs)),
);
for (const { path, contents } of results.flatMap(({ outputFiles }) => outputFiles)) write(path, contents);
write(`${OUT}/LICENSES.txt`, licencesOf(ROOT, inputs));

/** Applications that run already, or start meanwhile, find the old file or the new one. */
function write(path: string, contents: Uint8Array | string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, contents);
  renameSync(`${path}.${process.pid}`, path);
}
