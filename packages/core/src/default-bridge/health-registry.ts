import type { HealthRegistry } from '../health/registry.ts';
import { getDefaultBridge } from './default-bridge.ts';

/**
 * The health checks of the default bridge, which run on schedule as its config says.
 *
 * @throws ConfigError when the config file cannot be used
 */
export function getHealthRegistry(): HealthRegistry {
  return getDefaultBridge().health;
}
