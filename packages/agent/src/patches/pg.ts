import { controlPgClients, controlPgPools } from '@crossbridge/integrations/control';
import { Layer } from './hooks/layer.ts';
import { type ModulePatch, within } from './patch.ts';

/** Puts all pools and clients of pg under policies: what `hardenPgPool` and `hardenPgClient` do for one. The native client is left alone. */
export const pgPatch: ModulePatch = {
  module: 'pg',
  versions: 'pg 8.11 or later, below 9, with pg-pool 3',
  supports: (version, packageName) =>
    within(version, packageName === 'pg' ? [8, 11] : [3, 0], packageName === 'pg' ? 8 : 3),
  files: [
    {
      name: 'pg/lib/client',
      build: 'cjs',
      install: (exports, host) => {
        const prototype = prototypeOf(exports);
        const control = controlPgClients(host);
        return [new Layer(prototype, 'connect', control.connect), new Layer(prototype, 'query', control.query)];
      },
    },
    {
      name: 'pg-pool',
      build: 'cjs',
      install: (exports, host) => {
        const prototype = prototypeOf(exports);
        const control = controlPgPools(host);
        return [
          new Layer(prototype, 'newClient', control.newClient),
          new Layer(prototype, 'connect', control.connect),
          new Layer(prototype, 'end', control.end),
          new Layer(prototype, 'query', control.query),
        ];
      },
    },
  ],
};

function prototypeOf(exports: unknown): object {
  const { prototype } = exports as { readonly prototype?: unknown };
  if (typeof prototype !== 'object' || prototype === null) throw new Error('it exports no class');
  return prototype;
}
