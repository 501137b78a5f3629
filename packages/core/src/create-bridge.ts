import { Bridge } from './bridge.ts';
import { assertBridgeOptions, type BridgeOptions } from './bridge-options.ts';
import type { RuntimeConfigInput } from './config/input.ts';
import { resolveRuntimeConfig } from './config/resolve.ts';

/**
 * Creates a bridge from a config: an object in camelCase and milliseconds, or what `loadRuntimeConfig` returned.
 *
 * @throws ConfigError that lists every problem of the config, InvalidArgumentError for options that cannot work; nothing is started then
 */
export function createBridge(config: RuntimeConfigInput = {}, options: BridgeOptions = {}): Bridge {
  assertBridgeOptions(options);
  return new Bridge(resolveRuntimeConfig(config), options);
}
