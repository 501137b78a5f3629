import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { watchCommonJs } from '../../../../packages/agent/src/patches/hooks/commonjs.ts';

const made: string[] = [];

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A place with these files in its node_modules, and a `require` as its programs have it. */
function place(files: Readonly<Record<string, string>>): { directory: string; load: NodeJS.Require } {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'crossbridge-hooks-')));
  made.push(directory);
  for (const [name, text] of Object.entries(files)) {
    const file = join(directory, 'node_modules', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return { directory, load: createRequire(join(directory, 'app.cjs')) };
}

function told(names: readonly string[]): { name: string; directory: string; exports: unknown }[] {
  const list: { name: string; directory: string; exports: unknown }[] = [];
  watchCommonJs(names, (file, exports) => list.push({ ...file, exports }));
  return list;
}

it('tells of a file inside a package before whoever requires it gets it, once', () => {
  const { directory, load } = place({
    'driver-a/package.json': '{"main":"lib/index.js"}',
    'driver-a/lib/index.js': 'exports.Client = require("./client"); exports.seen = exports.Client.patched;',
    'driver-a/lib/client.js': 'module.exports = class Client {};',
  });
  const names: string[] = [];
  watchCommonJs(['driver-a/lib/client'], (file, exports) => {
    names.push(`${file.name} in ${file.directory}`);
    Object.assign(exports as object, { patched: true });
  });
  expect(names).toEqual([]);
  expect(load('driver-a').seen).toBe(true);
  load('driver-a/lib/client.js');
  expect(names).toEqual([`driver-a/lib/client in ${join(directory, 'node_modules/driver-a')}`]);
});

it('tells of the main file of a package by the name of the package', () => {
  const { load } = place({ 'driver-b/index.js': 'module.exports = class Pool {};' });
  const list = told(['driver-b']);
  const Pool = load('driver-b');
  expect(list).toMatchObject([{ name: 'driver-b', exports: Pool }]);
});

it('tells at once of what was loaded before', () => {
  const { load, directory } = place({ '@scope/driver-c/lib/client.js': 'module.exports = class Client {};' });
  const Client = load('@scope/driver-c/lib/client.js');
  expect(told(['@scope/driver-c/lib/client'])).toEqual([
    { name: '@scope/driver-c/lib/client', directory: join(directory, 'node_modules/@scope/driver-c'), exports: Client },
  ]);
});

it('tells of every copy of a package', () => {
  const { load, directory } = place({
    'driver-d/index.js': 'module.exports = class Outer {};',
    'other/index.js': 'module.exports = require("driver-d");',
    'other/node_modules/driver-d/index.js': 'module.exports = class Inner {};',
  });
  const list = told(['driver-d']);
  const all = [load('driver-d'), load('other')];
  expect(list.map(({ exports }) => exports)).toEqual(all);
  expect(list.map((each) => each.directory)).toEqual(
    ['node_modules/driver-d', 'node_modules/other/node_modules/driver-d'].map((path) => join(directory, path)),
  );
});

it('tells of what an ES module has imported itself, as soon as something requires another of the files', async () => {
  const { directory, load } = place({
    'driver-e-pool/index.js': 'module.exports = class Pool {};',
    'driver-e/index.js': 'module.exports = class Client {};',
  });
  const list = told(['driver-e', 'driver-e-pool']);
  // Not through a `require` of anybody: as Node.js loads CommonJS for ES modules.
  const Module = load('node:module');
  const Pool = Module._load(join(directory, 'node_modules/driver-e-pool/index.js'));
  expect(list).toEqual([]);
  load('driver-e');
  expect(list.map(({ name }) => name)).toEqual(['driver-e', 'driver-e-pool']);
  expect(list[1]?.exports).toBe(Pool);
});

it('leaves other files alone, and those whose exports can have no prototypes', () => {
  const { load } = place({
    'driver-f/index.js': 'module.exports = "text";',
    'driver-f/lib/client.js': 'module.exports = class {};',
  });
  const list = told(['driver-f']);
  expect(load('driver-f')).toBe('text');
  load('driver-f/lib/client');
  expect(list).toEqual([]);
});
