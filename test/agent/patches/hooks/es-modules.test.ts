import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { isImport } from '../../../../packages/agent/src/patches/hooks/es-modules.ts';

const HOOK = new URL('../../../../packages/agent/src/patches/hooks/es-modules.ts', import.meta.url).href;
const made: string[] = [];

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** Runs a program that an `--import` watches these files for, and gives what both print. */
async function run(files: Readonly<Record<string, string>>, names: readonly string[], app: string): Promise<string[]> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'crossbridge-hooks-')));
  made.push(directory);
  const all = {
    ...files,
    'app.mjs': app,
    'watch.mjs': `
      import { watchEsModules } from ${JSON.stringify(HOOK)};
      const told = (file, namespace) => {
        console.log('told of', file.name, Object.keys(namespace).sort().join());
        if (namespace.Client) namespace.Client.patched = true;
      };
      watchEsModules(${JSON.stringify(names)}, told, () => console.log('unable'));
    `,
  };
  for (const [name, text] of Object.entries(all)) {
    const file = join(directory, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const args = ['--import', join(directory, 'watch.mjs'), join(directory, 'app.mjs')];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: directory });
  return stdout.trim().split('\n');
}

const SDK = {
  'node_modules/sdk/package.json': '{"type":"module","exports":{".":"./index.js","./deep":"./lib/deep.js"}}',
  'node_modules/sdk/index.js': 'export { Client, Client as default } from "./lib/client.js";',
  'node_modules/sdk/lib/client.js': 'import "./deep.js"; export class Client {}',
  'node_modules/sdk/lib/deep.js': 'import { Client } from "./client.js"; export const late = () => Client;',
};

it('tells of the main file of a package before whoever imports it runs, the first import included', async () => {
  const app = 'import Client from "sdk"; console.log(Client.patched, Client.name);';
  expect(await run(SDK, ['sdk'], app)).toEqual(['told of sdk Client,default', 'true Client']);
});

it('tells of a file inside a package, whoever imports it, though it imports others that import it', async () => {
  const app = 'import { late } from "sdk/deep"; console.log(late().patched); await import("sdk");';
  expect(await run(SDK, ['sdk/lib/client'], app)).toEqual(['told of sdk/lib/client Client', 'true']);
});

it('leaves alone what is not named, and what has a name like it', async () => {
  const files = { ...SDK, 'node_modules/sdk-more/index.mjs': 'export const more = 1;' };
  const app =
    'import { more } from "./node_modules/sdk-more/index.mjs"; import fs from "node:fs"; console.log(more, typeof fs);';
  expect(await run(files, ['sdk'], app)).toEqual(['1 object']);
});

it('leaves what is required to the other hook', async () => {
  const app = `
    import { createRequire } from "node:module";
    console.log(createRequire(import.meta.url)("sdk").Client.name);
    console.log((await import("sdk")).Client.patched);
  `;
  expect(await run(SDK, ['sdk'], app)).toEqual(['Client', 'told of sdk Client,default', 'true']);
});

it('takes conditions as an array and as a Set, as the versions of Node.js give them', () => {
  for (const conditions of [['node', 'import'], new Set(['node', 'import'])])
    expect(isImport({ conditions })).toBe(true);
  for (const conditions of [['node', 'require'], new Set(['require'])]) expect(isImport({ conditions })).toBe(false);
  expect(isImport({})).toBe(false);
});
