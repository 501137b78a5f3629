import { createBridge } from '@crossbridge/core';
import { expect, it } from 'vitest';
import { Layer } from '../../../packages/agent/src/patches/hooks/layer.ts';
import { ModuleState } from '../../../packages/agent/src/patches/module-state.ts';
import { type ModulePatch, within } from '../../../packages/agent/src/patches/patch.ts';
import { loadedPatches } from '../../../packages/agent/src/patches/patch-modules.ts';

const DIRECTORY = new URL('../../../node_modules/pg', import.meta.url).pathname;
const FILE = { name: 'pg/lib/client', directory: DIRECTORY };

function state(supports: (version: string) => boolean = () => true): { patch: ModulePatch; state: ModuleState } {
  const patch: ModulePatch = {
    module: 'pg',
    versions: '1 to 2',
    supports,
    files: [
      {
        name: 'pg/lib/client',
        build: 'cjs',
        install: (exports) => [
          new Layer((exports as { prototype: object }).prototype, 'query', (self, args, below) => below(self, args)),
        ],
      },
    ],
  };
  return { patch, state: new ModuleState(patch, { bridge: createBridge({}), operation: () => undefined }) };
}

function install(of: ReturnType<typeof state>, exports: unknown): void {
  const [file] = of.patch.files;
  if (file !== undefined) of.state.install(file, FILE, exports);
}

function driver() {
  return class Client {
    query(): string {
      return 'asked';
    }
  };
}

it('is not loaded at first, says what is not seen, and is no metric', () => {
  const { state: fresh } = state();
  expect(fresh.report()).toMatchObject({ status: 'not_loaded', copies: [] });
  expect(fresh.report().reason).toContain('bundled');
  expect(loadedPatches([fresh])).toEqual([]);
});

it('is active once the module is patched, with the version and place of each copy', () => {
  const of = state();
  install(of, driver());
  expect(of.state.report()).toEqual({
    module: 'pg',
    status: 'active',
    copies: [{ ...FILE, version: expect.stringMatching(/^8\./), build: 'cjs' }],
  });
  expect(loadedPatches([of.state])).toEqual([{ module: 'pg', status: 'active' }]);
});

it('says which version it does not support, and leaves that alone', () => {
  const of = state(() => false);
  const Client = driver();
  const { query } = Client.prototype;
  install(of, Client);
  expect(Client.prototype.query).toBe(query);
  expect(of.state.status()).toBe('missing');
  expect(of.state.report().reason).toMatch(/^pg\/lib\/client in .*: version 8\.\S+ is not supported \(1 to 2\)$/);
});

it('says what it did not find', () => {
  const of = state();
  install(of, class {});
  expect(of.state.status()).toBe('missing');
  expect(of.state.report().reason).toContain('there is no method query');
});

it('comes to the front again after others have wrapped the module, in the same breath or a little later', async () => {
  const of = state();
  const Client = driver();
  install(of, Client);
  const wrap = (): void => {
    const before = Client.prototype.query;
    Client.prototype.query = function (this: InstanceType<typeof Client>): string {
      return before.call(this);
    };
  };
  wrap();
  expect(of.state.status()).toBe('not_outermost');
  expect(of.state.report().reason).toContain('wrapped query since');
  await new Promise<void>((resolve) => process.nextTick(resolve));
  expect(of.state.status()).toBe('active');
  process.nextTick(wrap);
  await new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(of.state.status()).toBe('active');
});

it.each([
  ['8.11.0', true],
  ['8.10.9', false],
  ['9.0.0-beta.1', false],
  ['7.99.0', false],
  ['8.23.1', true],
])('%s within 8.11 and 8 is %s', (version, expected) => {
  expect(within(version, [8, 11], 8)).toBe(expected);
});
