import { isDeepStrictEqual } from 'node:util';
import type { Bridge } from '@crossbridge/core';
import { type ConfigWatcher, formatProblem, type RuntimeConfig, watchRuntimeConfig } from '@crossbridge/core/config';
import { messageOf, report } from './report.ts';

/**
 * Applies the config file again whenever it changes, all of it or nothing. A bad file is reported, the last good config stays, and
 * watching goes on. What only the start reads waits for the next start, which is said.
 */
export function followConfig(bridge: Bridge, file: string): ConfigWatcher {
  return watchRuntimeConfig({
    file,
    config: bridge.config,
    onChange: (config, warnings) => {
      for (const warning of warnings) report(`warning: ${formatProblem(warning)}`);
      const later = onlyAtStart(bridge.config, config);
      const changes = bridge.apply(config).map(({ path }) => path);
      report(`config applied: ${changes.join(', ')}`);
      if (later.length > 0) report(`what changed in ${later.join(', ')} takes effect at the next start`);
    },
    onError: (error) => {
      bridge.rejectReload();
      report(`the changed config is not used, and the last good one stays. ${messageOf(error)}`);
    },
  });
}

/** What differs of that which only the start reads. */
function onlyAtStart(before: RuntimeConfig, after: RuntimeConfig): readonly string[] {
  const read: readonly [string, (config: RuntimeConfig) => unknown][] = [
    ['runtime.admin', ({ admin }) => admin],
    ['runtime.shutdown', ({ shutdown }) => shutdown],
    ['runtime.telemetry', ({ telemetry }) => telemetry],
    ['runtime.patches', ({ patches }) => patches],
    ['runtime.rate_limiting.max_keys', ({ rateLimiting }) => rateLimiting.maxKeys],
    ['runtime.rate_limiting.store', ({ rateLimiting }) => rateLimiting.store],
  ];
  return read.flatMap(([name, part]) => (isDeepStrictEqual(part(before), part(after)) ? [] : [name]));
}
