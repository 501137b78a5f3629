import { type Bridge, createBridge } from '@crossbridge/core';
import type { RuntimeConfigInput } from '@crossbridge/core/config';
import type { ModulePatch, PatchHost } from '../../packages/agent/src/patches/patch.ts';
import { RecordingObserver } from './recording-observer.ts';

export interface TestHost {
  readonly host: PatchHost;
  readonly bridge: Bridge;
  readonly observer: RecordingObserver;
}

/** What a patch acts for, as the agent makes it of a config. `operation` is that of `runtime.patches`. */
export function testHost(config: RuntimeConfigInput, operation?: string): TestHost {
  const observer = new RecordingObserver();
  const bridge = createBridge(config, { observers: [observer] });
  const host: PatchHost = {
    bridge,
    operation: (fallback) => {
      const name = operation ?? fallback;
      return name !== undefined && Object.hasOwn(bridge.config.operations, name) ? name : undefined;
    },
  };
  return { host, bridge, observer };
}

/** Does what the agent does when a file of a module is loaded. */
export function installPatch(
  patch: ModulePatch,
  name: string,
  build: 'cjs' | 'esm',
  exports: unknown,
  host: PatchHost,
): void {
  const file = patch.files.find((each) => each.name === name && each.build === build);
  if (file === undefined) throw new Error(`The patch of ${patch.module} has no ${build} file ${name}`);
  file.install(exports, host, { name, build, directory: '', version: undefined });
}
