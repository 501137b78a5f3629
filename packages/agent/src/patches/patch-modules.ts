import { type Bridge, willAskAboutThoseOf } from '@crossbridge/core';
import type { PatchStatus } from '@crossbridge/otel';
import { report } from '../report.ts';
import { watchCommonJs } from './hooks/commonjs.ts';
import { TOO_OLD, watchEsModules } from './hooks/es-modules.ts';
import type { ModuleFile } from './hooks/module-file.ts';
import { ModuleState } from './module-state.ts';
import type { ModulePatch, Patch } from './patch.ts';
import { hostOf } from './patch-host.ts';

/**
 * Watches for the modules that the config does not leave out, and puts each under policies when it is loaded. What is loaded already is
 * patched at once, as far as it can be reached.
 *
 * @param alsoImported files that others want to be told of when they are imported: there is one hook for all
 */
export function patchModules(
  bridge: Bridge,
  patches: readonly ModulePatch[],
  alsoImported: readonly string[] = [],
): readonly Patch[] {
  const config = bridge.config.patches;
  const wanted = patches.filter(({ module }) => config[module] !== false);
  const hosts = wanted.map((patch) => ({ patch, host: hostOf(bridge, config[patch.module]) }));
  willAskAboutThoseOf(bridge, () => hosts.flatMap(({ host }) => host.operation() ?? []));
  const states = hosts.map(({ patch, host }) => ({ patch, state: new ModuleState(patch, host) }));
  function found(build: 'cjs' | 'esm', loaded: ModuleFile, exports: unknown): void {
    for (const { patch, state } of states) {
      for (const file of patch.files) {
        if (file.build === build && file.name === loaded.name) state.install(file, loaded, exports);
      }
    }
  }
  watchCommonJs(namesOf(wanted, 'cjs'), (file, exports) => found('cjs', file, exports));
  watchEsModules(
    [...namesOf(wanted, 'esm'), ...alsoImported],
    (file, exports) => found('esm', file, exports),
    (name) => {
      const controlled = wanted.some(
        ({ module, files }) => module === name && files.some(({ build }) => build === 'esm'),
      );
      const what = controlled ? `${name} is under policies` : `there are spans of ${name}`;
      report(`warning: ${what} only where it is required, not imported, in ${TOO_OLD}`);
    },
  );
  return states.map(({ state }) => state);
}

/** What is told of patches in metrics: modules that nothing has loaded are left out. */
export function loadedPatches(patches: readonly Patch[]): { readonly module: string; readonly status: PatchStatus }[] {
  return patches.flatMap((patch) => {
    const status = patch.status();
    return status === 'not_loaded' ? [] : [{ module: patch.module, status }];
  });
}

function namesOf(patches: readonly ModulePatch[], wanted: 'cjs' | 'esm'): string[] {
  return [
    ...new Set(patches.flatMap(({ files }) => files.filter(({ build }) => build === wanted).map(({ name }) => name))),
  ];
}
