import {
  controlMysqlConnection,
  controlMysqlPool,
  type MysqlConnectionClass,
  type MysqlControls,
} from '@crossbridge/integrations/control';
import { Layer } from './hooks/layer.ts';
import { type ModulePatch, type PatchedFile, within } from './patch.ts';

/** The classes of connections, by the directory of the copy of mysql2 that they are of. */
const connectionClasses = new Map<string, MysqlConnectionClass>();

/**
 * Puts all pools and connections of mysql2 under policies, with callbacks and with promises (which are made of those): what `hardenMysqlPool` and
 * `hardenMysqlConnection` do for one. The pools of a PoolCluster are pools like others: it is for coming by a connection that they have policies.
 */
export const mysql2Patch: ModulePatch = {
  module: 'mysql2',
  versions: '3.0 or later, below 4',
  supports: (version) => within(version, [3, 0], 3),
  // The classes are in `base` since 3.11.5.
  files: [
    connectionFile('mysql2/lib/base/connection'),
    connectionFile('mysql2/lib/connection'),
    poolFile('mysql2/lib/base/pool'),
    poolFile('mysql2/lib/pool'),
  ],
};

function connectionFile(name: string): PatchedFile {
  return {
    name,
    build: 'cjs',
    install(exports, host, { directory }) {
      const found = classOf(exports);
      if (!Object.hasOwn(found.prototype, 'query')) return [];
      connectionClasses.set(directory, found as unknown as MysqlConnectionClass);
      return layers(found.prototype, controlMysqlConnection(host));
    },
  };
}

function poolFile(name: string): PatchedFile {
  return {
    name,
    build: 'cjs',
    install(exports, host, { directory }) {
      const { prototype } = classOf(exports);
      if (!Object.hasOwn(prototype, 'query')) return [];
      return layers(
        prototype,
        controlMysqlPool(host, () => connectionClasses.get(directory)),
      );
    },
  };
}

function layers<Name extends string>(prototype: object, controls: MysqlControls<Name>): readonly Layer[] {
  return (Object.keys(controls) as Name[]).map((name) => new Layer(prototype, name, controls[name]));
}

function classOf(exports: unknown): { readonly prototype: object } {
  if (typeof exports !== 'function') throw new Error('it exports no class');
  return exports as unknown as { readonly prototype: object };
}
