import type { Bridge } from '@crossbridge/core';
import type { PatchesConfig } from '@crossbridge/core/config';
import type { PatchHost } from './patch.ts';

/** What the patch of one module acts for, by what `runtime.patches` says of it. */
export function hostOf(bridge: Bridge, config: PatchesConfig[keyof PatchesConfig]): PatchHost {
  const own = config === false ? null : config.operation;
  return {
    bridge,
    operation: (fallback) => {
      const name = own ?? fallback;
      return name !== undefined && Object.hasOwn(bridge.config.operations, name) ? name : undefined;
    },
  };
}
