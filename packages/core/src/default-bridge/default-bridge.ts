import type { Bridge } from '../bridge.ts';
import { assertBridge } from '../bridge-options.ts';
import { loadRuntimeConfig } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import { createBridge } from '../create-bridge.ts';

/** Shared by every copy of the package in the process: two default bridges would admit twice what the limits say. */
const SLOT = Symbol.for('crossbridge.default_bridge.v1');

type Holder = { [SLOT]?: Bridge | undefined };

/**
 * The bridge that the plain functions (`checkRateLimit`, `retryWithBackoff` …) use. The first use makes it, from the file that
 * `CROSSBRIDGE_CONFIG` names, else from the `crossbridge.yml` in the working directory or the nearest of its three parents, else
 * from the defaults; unless {@link setDefaultBridge} has set one before.
 *
 * @throws ConfigError when the file cannot be used; the next call looks again
 */
export function getDefaultBridge(): Bridge {
  const holder = globalThis as Holder;
  holder[SLOT] ??= load();
  return holder[SLOT];
}

/**
 * Makes `bridge` the default one. `undefined` forgets the one there is, so that the next use loads the file anew. Closes nothing: a
 * bridge belongs to who made it.
 *
 * @throws InvalidArgumentError for what is no bridge
 */
export function setDefaultBridge(bridge: Bridge | undefined): void {
  if (bridge !== undefined) assertBridge(bridge, 'The argument', 'setDefaultBridge');
  (globalThis as Holder)[SLOT] = bridge;
}

function load(): Bridge {
  const { config, warnings } = loadRuntimeConfig();
  for (const warning of warnings) {
    process.emitWarning(formatProblem(warning), { type: 'CrossbridgeWarning', code: 'CROSSBRIDGE_CONFIG' });
  }
  return createBridge(config);
}
