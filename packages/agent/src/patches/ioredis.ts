import { type CommandRules, controlIORedis, runOptionsOf } from '@crossbridge/integrations/control';
import { Layer } from './hooks/layer.ts';
import { type ModulePatch, type PatchedFile, type PatchHost, within } from './patch.ts';

/**
 * Puts all clients of ioredis under policies, those that others duplicate included: what `hardenIORedis` does for one. The clients of a
 * Cluster's servers leave to the Cluster what it sends through them.
 */
export const ioredisPatch: ModulePatch = {
  module: 'ioredis',
  versions: '5.0 or later, below 7',
  supports: (version) => within(version, [5, 0], 6),
  files: [classFile('ioredis/built/Redis'), classFile('ioredis/built/cluster')],
};

function classFile(name: string): PatchedFile {
  return {
    name,
    build: 'cjs',
    install(exports, host) {
      const found = (exports as { readonly default?: { readonly prototype?: object } } | undefined)?.default;
      if (found?.prototype === undefined) throw new Error('it exports no class as its default');
      return [new Layer(found.prototype, 'sendCommand', controlIORedis(rulesOf(host)))];
    },
  };
}

function rulesOf({ bridge, operation }: PatchHost): CommandRules {
  return {
    bridge,
    operation,
    runOptions: (kind, authority) => runOptionsOf({ bridge }, kind, authority),
  };
}
