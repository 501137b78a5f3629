import type { Bridge } from '@crossbridge/core';
import { type ConfigWatcher, formatProblem, watchRuntimeConfig } from '@crossbridge/core/config';
import { report } from './report.ts';

/**
 * Applies the config file again whenever it changes, all of it or nothing. A bad file is reported, the last good config stays, and
 * watching goes on. What only the start reads (`admin`, `rate_limiting.max_keys`) waits for the next start, which is said.
 */
export function followConfig(bridge: Bridge, file: string): ConfigWatcher {
  return watchRuntimeConfig({
    file,
    config: bridge.config,
    onChange: (config, warnings) => {
      for (const warning of warnings) report(`warning: ${formatProblem(warning)}`);
      const changes = bridge.apply(config).map(({ path }) => path);
      report(`config applied: ${changes.join(', ')}`);
      if (changes.includes('admin')) report('the change of runtime.admin takes effect at the next start');
    },
    onError: (error) => {
      bridge.rejectReload();
      report(`the changed config is not used, and the last good one stays. ${messageOf(error)}`);
    },
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
