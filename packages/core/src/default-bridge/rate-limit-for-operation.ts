import type { RateLimitConfig, RuntimeConfig } from '../config/types.ts';
import { getDefaultBridge } from './default-bridge.ts';

/** The limit of operations that the config does not know. */
const UNKNOWN_OPERATION: RateLimitConfig = Object.freeze({ capacity: 30, windowSeconds: 60 });

/**
 * The rate limit of an operation, overrides aside: 30 per 60 s for one that the config does not know.
 *
 * @param config default: that of the default bridge
 */
export function getRateLimitForOperation(
  operation: string,
  config: RuntimeConfig = getDefaultBridge().config,
): RateLimitConfig {
  const limit = own(config.operations, operation)?.rateLimit ?? own(config.rateLimiting.defaults, operation);
  return limit === undefined ? UNKNOWN_OPERATION : { capacity: limit.capacity, windowSeconds: limit.windowSeconds };
}

function own<T>(map: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}
