import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Bridge, createBridge } from '@crossbridge/core';
import type { FoundModule, ModulePatch, PatchHost } from '../../../packages/agent/src/patches/patch.ts';

const require = createRequire(import.meta.url);

export interface Installed {
  /** The bridge in force; of the process there is one, of the tests many. */
  bridge: Bridge;
  readonly host: PatchHost;
  readonly found: FoundModule;
}

/** Puts the module of this process under policies, as the agent does when it is loaded. */
export function installed(patch: ModulePatch, operation: string): Installed {
  let current = createBridge({ operations: {} });
  const bridge = new Proxy(current, {
    get(_, name) {
      const value: unknown = Reflect.get(current, name, current);
      return typeof value === 'function' ? value.bind(current) : value;
    },
  });
  const host: PatchHost = {
    bridge,
    operation: () => (Object.hasOwn(current.config.operations, operation) ? operation : undefined),
  };
  const directory = dirname(require.resolve(`${patch.module}/package.json`));
  const { version } = require(`${patch.module}/package.json`) as { readonly version: string };
  const found: FoundModule = { name: patch.module, directory, version, build: 'cjs' };
  for (const { name, install } of patch.files) {
    install(require(join(directory, name.slice(patch.module.length))), host, found);
  }
  return {
    get bridge() {
      return current;
    },
    set bridge(next) {
      current = next;
    },
    host,
    found,
  };
}
